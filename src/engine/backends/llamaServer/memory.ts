/**
 * What llama-server puts where: the number format of its cache, and with a mixture of experts what of it stays off the GPU.
 * Experts are most of the weights, and a token needs few of them: in the processor's memory they cost least there.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { KvType, LoadParams, Notice } from "../../../common/protocol.ts";
import type { LoadHooks } from "../backend.ts";
import { affordableKvType } from "../embedded/kvType.ts";
import type { ModelFacts } from "./modelFacts.ts";

export interface MemoryPlan {
  kvType: KvType;
  /** Arguments of llama-server that place the weights. */
  placement: readonly string[];
  notices: readonly Notice[];
}

/** A GPU as llama-server sees it. */
export interface ServerDevice {
  name: string;
  freeBytes: number;
}

/** Of the GPU, for buffers of computing and for other programs (bytes). */
const reservedBytes = 1 << 30;
const elementBytes: Readonly<Record<KvType, number>> = { f16: 2, q8_0: 34 / 32, q4_0: 18 / 32 };
/** Starting a GPU's driver takes seconds. */
const listTimeoutMs = 30_000;

/** @param contextSize tokens. @param freeBytes of the processor's memory */
export async function planMemory(
  { kvType, gpu }: LoadParams,
  facts: ModelFacts,
  contextSize: number,
  freeBytes: number,
  devices: () => Promise<readonly ServerDevice[]>,
): Promise<MemoryPlan> {
  const f16Bytes = facts.cacheElements * contextSize * elementBytes.f16;
  const onCpu = affordableKvType(contextSize, f16Bytes, Math.max(0, freeBytes - facts.weightsBytes));
  const isShort = kvType === "auto" && onCpu.kvType !== "f16";
  const hasExperts = facts.expertBytes.some((bytes) => bytes > 0);
  const found = gpu !== "off" && (isShort || hasExperts) ? await devices() : [];
  if (found.length === 0)
    return {
      kvType: kvType === "auto" ? onCpu.kvType : kvType,
      placement: [],
      notices: isShort && onCpu.notice ? [onCpu.notice] : [],
    };
  // On a GPU f16: where its memory is short, layers or experts stay off it.
  const used = kvType === "auto" ? "f16" : kvType;
  const cacheBytes = facts.cacheElements * contextSize * elementBytes[used];
  return { kvType: used, ...placeExperts(facts, cacheBytes, found) };
}

/** @param cacheBytes of the KV cache, which goes onto the GPU */
export function placeExperts(
  { weightsBytes, expertBytes }: Pick<ModelFacts, "weightsBytes" | "expertBytes">,
  cacheBytes: number,
  devices: readonly ServerDevice[],
): Omit<MemoryPlan, "kvType"> {
  const freeBytes = devices.reduce((sum, device) => sum + device.freeBytes, 0);
  let missing = weightsBytes + cacheBytes + reservedBytes - freeBytes;
  const all = expertBytes.reduce((sum, bytes) => sum + bytes, 0);
  // Without its experts it does not fit either: then llama-server leaves whole layers off the GPU by itself.
  if (missing <= 0 || missing > all) return { placement: [], notices: [] };
  let layers = 0;
  for (; missing > 0; layers++) missing -= expertBytes[layers] ?? 0;
  const isAll = expertBytes.slice(layers).every((bytes) => bytes === 0);
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  const whose = isAll ? "the experts" : `the experts of the first ${layers} of ${expertBytes.length} layers`;
  return {
    placement: ["--gpu-layers", "999", ...(isAll ? ["--cpu-moe"] : ["--n-cpu-moe", String(layers)])],
    notices: [
      {
        code: "expertsOnCpu",
        message: `The model takes ${gigabytes(weightsBytes + cacheBytes)}, and the GPU has ${gigabytes(freeBytes)} free: ${whose} stay in the processor's memory; attention and all the rest run on the GPU.`,
      },
    ],
  };
}

/** The GPUs that this build of llama-server can use; none where it does not tell. */
export async function serverDevices(
  program: string,
  { log, signal }: Pick<LoadHooks, "log" | "signal">,
): Promise<ServerDevice[]> {
  try {
    const { stdout } = await promisify(execFile)(program, ["--list-devices"], { timeout: listTimeoutMs, signal });
    return readDevices(stdout);
  } catch (error) {
    log("info", `llama-server does not tell its devices: ${error instanceof Error ? error.message : error}`);
    return [];
  }
}

/** "  CUDA0: NVIDIA H100 (81079 MiB, 80450 MiB free)" */
export function readDevices(listing: string): ServerDevice[] {
  return listing.split("\n").flatMap((line) => {
    const [, name, mebibytes] = /^\s+(\S+): .*\(\d+ MiB, (\d+) MiB free\)\s*$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, freeBytes: Number(mebibytes) * 2 ** 20 }];
  });
}
