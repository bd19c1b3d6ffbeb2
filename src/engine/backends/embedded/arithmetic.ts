/**
 * What the logits of a pass depend on to the bit, beside the configuration that results are kept for: another build of
 * llama.cpp, another processor (kernels follow its instruction sets; a home folder may be used on several), layers on
 * another device, another file of the same name. What was proven of one does not hold for another.
 */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { cpus } from "node:os";
import type { OpenModel } from "./loadModel.ts";
import type { Runtime } from "./runtime.ts";

/** A name for it. */
export function arithmeticOf({ llama }: Runtime, { model, ref }: OpenModel): string {
  const build = [llama.llamaCppRelease.release, llama.buildType];
  const file = ref.sha256 ?? statSync(ref.path).mtimeMs;
  const all = [build, model.gpuLayers, cpus()[0]?.model, instructionSets(), file];
  return createHash("sha256").update(JSON.stringify(all)).digest("hex").slice(0, 16);
}

/** Of the first core, as Linux tells them; elsewhere the processor's name has to do. */
function instructionSets(): string | null {
  if (process.platform !== "linux") return null;
  try {
    return /^(?:flags|Features)\s*:.*$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[0] ?? null;
  } catch {
    return null; // a container that hides it
  }
}
