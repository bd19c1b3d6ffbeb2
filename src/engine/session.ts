/** One client as the engine knows it, and what it hears of a generation. */
import type { GenerationEvent, LoadParams, LogLevel } from "../common/protocol.ts";
import type { RunningGeneration } from "./backends/backend.ts";

export interface Session {
  /** Clients take turns by it. */
  readonly id: string;
  /** What it has loaded and not let go of. */
  wanted: LoadParams | null;
  /** Whose index it has open. */
  workspace: string | null;
  /** Whose index it asked for last; opened once the engine is idle. */
  wantedWorkspace: string | null;
  /** @param progress 0..1; null: the load waits for its turn */
  onLoadProgress(modelId: string, progress: number | null): void;
  log(level: LogLevel, message: string): void;
}

export interface EngineGenerationHooks {
  emit(events: GenerationEvent[]): void;
  /** Its turn has come. */
  onBegin(generation: RunningGeneration): void;
  signal: AbortSignal;
}
