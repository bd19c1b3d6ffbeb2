/** What computed an answer: times are comparable on one machine only. */
import { cpus } from "node:os";
import type { ModelInfo } from "../common/protocol.ts";

export interface Machine {
  /** As its maker calls it. */
  cpu: string;
  /** As `ModelInfo.device`. */
  device: string;
}

/** This one, with a model loaded. */
export function machineOf({ device }: ModelInfo): Machine {
  return { cpu: cpus()[0]?.model.trim() ?? "unknown CPU", device };
}

export function sameMachine(a: Machine | undefined, b: Machine | undefined): boolean {
  return a?.cpu === b?.cpu && a?.device === b?.device;
}
