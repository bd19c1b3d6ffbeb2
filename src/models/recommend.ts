/**
 * Which model of the catalogue suits this machine, and why: the best whose memory is free and whose speed one would
 * wait for. Pure. What a processor can do is told by its cores: decoding reads all weights once for every token.
 */
import type { CatalogueModel } from "./catalogue.ts";
import { fitVerdict, type MachineMemory } from "./fit.ts";

export interface Machine {
  /** Without what the model in use takes: another one would have it. */
  memory: MachineMemory;
  /** What the model in use takes (bytes); 0 where there is none. */
  inUseBytes: number;
  /** Processor cores that this process may use. */
  cores: number;
  /** A graphics card that the engine can use. */
  hasGpu: boolean;
}

/** `speed`: the best that this machine is quick enough for; `smallest`: nothing has the memory it needs. */
export interface Recommendation {
  model: CatalogueModel;
  reason: "speed" | "smallest";
}

/** The best answers first. Models that only draft, and tiny ones, are not among them. */
const bestFirst: readonly string[] = ["qwen3-8b", "qwen3-4b", "qwen3-1.7b", "qwen2.5-coder-1.5b"];

/** Weights for each core, with which one need not wait long for a token (bytes). */
const weightsPerCore = 300_000_000;

/** @param models with one at least of those that can be recommended */
export function recommend(machine: Machine, models: readonly CatalogueModel[]): Recommendation {
  const ranked = bestFirst.flatMap((id) => models.filter((model) => model.id === id));
  const suits = (model: CatalogueModel) =>
    fitVerdict({ totalBytes: model.memoryBytes }, machine.memory) === "fits" &&
    (machine.hasGpu || (model.bytes ?? model.approximateBytes) <= machine.cores * weightsPerCore);
  const best = ranked.find(suits);
  if (best) return { model: best, reason: "speed" };
  const smallest = ranked.at(-1);
  if (!smallest) throw new Error("The catalogue has no model to recommend.");
  // On few cores the quickest one is still the best there is.
  const fits = fitVerdict({ totalBytes: smallest.memoryBytes }, machine.memory) === "fits";
  return { model: smallest, reason: fits ? "speed" : "smallest" };
}
