/** `doctor`: what works on this machine, what does not and why; and what a model can do here, measured. */
import { statfs } from "node:fs/promises";
import { availableParallelism, cpus } from "node:os";
import { dirname } from "node:path";
import type { EngineClient } from "../client/engineClient.ts";
import { type SharedEngineReport, sharedEngineStatus } from "../client/sharedStatus.ts";
import { type ErrorData, HunchError, toErrorData } from "../common/errors.ts";
import type { Device, MeasureResult, ModelBackend, ModelInfo, ThreadInfo } from "../common/protocol.ts";
import { defaultModelId } from "../models/catalogue.ts";
import { machineMemory } from "../models/fit.ts";
import { sharedEnginePlace, thisUser } from "../models/folder.ts";
import { llamaServerHere } from "../models/llamaServer/find.ts";
import { type EngineContext, engineOptions, load, loadModel, withEngine } from "./engine.ts";
import type { EngineRequest } from "./engineRequest.ts";

export interface ModelReport {
  id: string;
  path: string;
  sizeBytes: number;
  device: string;
  threads: ThreadInfo;
  contextSize: number;
  kvType: string;
  flashAttention: boolean;
  /** Time of a pass over n tokens relative to one. */
  costCurve: Record<string, number>;
  /** Time of a pass over one token (ms). */
  passMs: number | null;
  /** Pass sizes whose result is bit-equal to passes of one token; strict mode uses these. */
  exactSizes: number[];
  /** Context lengths at which that was tried (tokens). */
  exactLengths: number[];
  /** Largest difference of a logit from that of a pass over one token, by pass size. */
  maxDifference: Record<string, number>;
  thinking: { family: string; native: boolean };
  /** What runs it; `reason`: why Hunch chose that (--backend auto), null where the user did. */
  backend: { name: ModelBackend; reason: string | null };
}

export interface DoctorReport {
  type: "doctor";
  node: string;
  platform: string;
  architecture: string;
  cpu: { model: string; logicalCores: number; usableCores: number };
  memory: { totalBytes: number; availableBytes: number };
  engine: { works: boolean; version: string | null; error: ErrorData | null };
  devices: Device[];
  /** The engine that windows share, now; null when none runs. */
  sharedEngine: SharedEngineReport | null;
  /** Path of the llama-server that `--backend llama-server` would start; null when there is none. */
  llamaServer: string | null;
  /** Why the one that HUNCH_LLAMA_SERVER names can not be started; null where nothing is wrong with it. */
  llamaServerProblem: string | null;
  store: { path: string; freeBytes: number | null };
  installed: { id: string; path: string; sizeBytes: number }[];
  /** The model asked about, or the default one when it is here; with --model it is fetched when missing. */
  models: (ModelReport | { id: string; error: ErrorData })[];
}

/**
 * Failures are part of the report; only an interrupt throws.
 * @param named the user named the model: it is fetched when missing; else it is measured only when it is here
 */
export async function examine(request: EngineRequest, named: boolean, context: EngineContext): Promise<DoctorReport> {
  const { store } = context;
  const installed = await store.installed();
  const llamaServer = llamaServerHere("");
  const report: DoctorReport = {
    type: "doctor",
    node: process.version,
    platform: process.platform,
    architecture: process.arch,
    cpu: {
      model: cpus()[0]?.model.trim() ?? "unknown",
      logicalCores: cpus().length,
      usableCores: availableParallelism(),
    },
    memory: machineMemory(),
    engine: { works: false, version: null, error: null },
    devices: [],
    sharedEngine: null,
    llamaServer: llamaServer.program,
    llamaServerProblem: llamaServer.problem?.message ?? null,
    store: { path: store.folder, freeBytes: await freeBytes(store.folder) },
    installed: installed.map(({ model, path, sizeBytes }) => ({ id: model.id, path, sizeBytes })),
    models: [],
  };
  try {
    report.sharedEngine = await lookAtShared(context);
  } catch (error) {
    context.output.notice({ code: "sharedEngine", message: toErrorData(error).message });
  }
  const measures = named || installed.some(({ model }) => model.id === defaultModelId);
  try {
    await withEngine(context, async (client) => {
      // A measurement can not be cancelled; its process can be ended.
      context.interrupts.signal.addEventListener("abort", () => client.kill());
      report.engine = { works: true, version: client.engineVersion, error: null };
      if (measures) report.models.push(await examineModel(client, request, context));
      report.devices = (await client.status()).devices;
    });
  } catch (error) {
    rethrowInterrupt(error);
    report.engine.works = false;
    report.engine.error = toErrorData(error);
  }
  return report;
}

function lookAtShared(context: EngineContext): Promise<SharedEngineReport | null> {
  const { enginePath, onLog } = engineOptions(context);
  return sharedEngineStatus(sharedEnginePlace(thisUser()).folder, enginePath, onLog);
}

/** Everything asked about works. */
export function isHealthy(report: DoctorReport): boolean {
  return report.engine.works && report.models.every((model) => !("error" in model));
}

async function examineModel(client: EngineClient, request: EngineRequest, context: EngineContext) {
  try {
    const params = await loadModel(request, context);
    const model = await load(client, params, context);
    return modelReport(model, await client.measure({ costCurve: true, exactness: true }));
  } catch (error) {
    rethrowInterrupt(error);
    return { id: request.model, error: toErrorData(error) };
  }
}

function modelReport(model: ModelInfo, measured: MeasureResult): ModelReport {
  const { id, path, sizeBytes, device, threads, contextSize, kvType, flashAttention, thinking } = model;
  return {
    id,
    path,
    sizeBytes,
    device,
    threads,
    contextSize,
    kvType,
    flashAttention,
    costCurve: measured.costCurve ?? {},
    passMs: measured.passMs,
    exactSizes: measured.exactness?.exactSizes ?? [],
    exactLengths: measured.exactness?.lengths ?? [],
    maxDifference: measured.exactness?.maxDifference ?? {},
    thinking: { family: thinking.family, native: thinking.native },
    backend: {
      // Where a llama-server that Hunch chose does not work, the model is embedded after all.
      name: model.backend,
      reason: model.backendReason ?? null,
    },
  };
}

function rethrowInterrupt(error: unknown): void {
  if (error instanceof HunchError && error.code === "cancelled") throw error;
}

/** Of the file system that holds the folder, which may not exist yet; null when it can not be told. */
async function freeBytes(folder: string): Promise<number | null> {
  for (let path = folder; ; path = dirname(path)) {
    try {
      const { bavail, bsize } = await statfs(path);
      return bavail * bsize;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" || path === dirname(path)) return null;
    }
  }
}
