/**
 * What the engine's server needs of whatever runs a model: the embedded decoder in this process, or a server that is
 * spoken to over HTTP. Requests, the queue and the events are the same for all.
 */
import type {
  Device,
  GenerateParams,
  GenerationEvent,
  GenerationResult,
  LoadParams,
  LogLevel,
  MeasureParams,
  MeasureResult,
  ModelInfo,
  ModelRef,
} from "../../common/protocol.ts";
import type { Stop } from "../idleStop.ts";
import type { Pause } from "../pause.ts";
import type { WorkspaceIndex } from "../speculation/workspaceIndex/workspaceIndex.ts";

export interface GenerationHooks {
  emit: (events: GenerationEvent[]) => void;
  signal: AbortSignal;
  /** Time the generation waited in the queue (ms). */
  queueMs: number;
  /** Waited for between two passes where the processor computes them; absent: nobody asks for one. */
  pause?: Pause;
  /** The index of the client's workspace, which drafts are taken from; absent: none is open. */
  index?: WorkspaceIndex;
}

export interface RunningGeneration {
  /** Resolves with what there was, also when it is cancelled. @throws HunchError */
  run(): Promise<GenerationResult>;
  /** Ends the thought at the next token; remembered when it has not begun. */
  answerNow(): void;
}

/** What a backend does while nobody waits. */
export interface IdleWork {
  /** Time since the last request, and since somebody typed, after which it begins (ms). */
  afterMs: number;
  /** May come more than once: has to see whether there is something to do. @param stop asked now and then */
  run(stop: Stop): Promise<void>;
}

/** What can be had of a model only where it runs in this process. */
export interface InProcessModel {
  /** Names the vocabulary: two models with the same one can share what is kept as tokens. */
  readonly vocabulary: string;
  readonly codec: { encodeText(text: string): number[] };
  /** Writes evaluated prompts to disk, before they are dropped. */
  keepPrompts(): Promise<void>;
  /** Of evaluated prompts on disk (bytes); more than it was loaded with is not to be had. */
  limitPrompts(bytes: number): void;
  /** What this machine's runtime offers, with the memory that is free. */
  devices(): Promise<Device[]>;
}

export interface Backend {
  readonly params: LoadParams;
  readonly info: ModelInfo;
  /** Absent where a server does the work. */
  readonly inProcess?: InProcessModel;
  /** Generations that the caller may run at once; may change with each. */
  readonly lanes: number;
  /** This one has to be the only one that runs. */
  runsAlone(params: GenerateParams): boolean;
  /** Prepares a generation. */
  generation(params: GenerateParams, hooks: GenerationHooks): Promise<RunningGeneration>;
  /** The result of a generation that was given up in the queue. */
  notBegun(params: GenerateParams, queueMs: number): GenerationResult;
  /** What can wait until nobody does, as far as there is something to do now. */
  readonly idleWork: readonly IdleWork[];
  measure(params: MeasureParams): Promise<MeasureResult>;
  /** Number of tokens of a text; an estimate where the model's vocabulary is out of reach. */
  countTokens(text: string): Promise<number>;
  dispose(): Promise<void>;
}

export interface LoadHooks {
  onProgress: (model: ModelRef, progress: number) => void;
  log: (level: LogLevel, message: string) => void;
  signal?: AbortSignal;
}
