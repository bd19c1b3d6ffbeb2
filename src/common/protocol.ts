/**
 * The engine's protocol, JSON-RPC over IPC, stdio or a socket. One file for both sides; the doc of each message says
 * who sends it and when. Requests are cancelled with vscode-jsonrpc's cancellation; a failed request always rejects,
 * with `ErrorData` as the error's data.
 * What a generation is asked is in prompt.ts and thinkingControls.ts, the workspace index in indexProtocol.ts.
 */
import { NotificationType, NotificationType0, RequestType, RequestType0 } from "vscode-jsonrpc";
import type { ErrorData } from "./errors.ts";
import type { OpenaiServer } from "./openaiServer.ts";
import type { Prompt, SamplingOptions } from "./prompt.ts";
import type { Segment, StopReason, ThinkingEnd, ThoughtFate, TokenOrigin } from "./segments.ts";
import type { ExactnessResult, GenerationStats, LiveStats } from "./stats.ts";
import type { AnswerForm, ThinkingControls } from "./thinkingControls.ts";

/**
 * 2: an engine may have several clients, each on a connection of its own over a socket: `initialize` carries a token,
 * `unload` says whether the others are asked, `status` counts them, `retire` and `retiring` came.
 */
export const protocolVersion = 2;

// ---- initialize: client → engine, first, once

export interface InitializeParams {
  protocolVersion: number;
  client: string;
  /** The engine exits when this process is gone; a shared one when all its clients are. */
  parentPid: number;
  logLevel: LogLevel;
  /** Folder for what the engine measures and keeps (cost curves, self-tests, controller state); a shared one has its own. */
  stateFolder: string;
  /** Of a shared engine, from the file that only its user can read. */
  token?: string;
}
export interface InitializeResult {
  protocolVersion: number;
  engineVersion: string;
  pid: number;
}

// ---- load: client → engine; loads what is missing, returns at once when the same is loaded already

export interface ModelRef {
  /** Catalogue id, or the file's name for a local file. */
  id: string;
  /** Absolute path of the GGUF file. */
  path: string;
  /** Known SHA-256 of the file, if any (reported, not recomputed). */
  sha256?: string;
}

export type KvType = "f16" | "q8_0" | "q4_0";
export type GpuChoice = "auto" | "off" | "vulkan" | "cuda" | "metal";
export type SpeculationMode = "auto" | "off" | "strict" | "suffix" | "recycling" | "draft";

/** A llama-server that the engine starts for the model's file. */
export interface LlamaServer {
  kind: "llamaServer";
  /** Absolute path of the program. */
  program: string;
  /** Fixed when it starts. */
  speculation: SpeculationMode;
}

/** What runs the model in place of the engine's own process. */
export type ModelServer = OpenaiServer | LlamaServer;

export interface LoadParams {
  /** With a server of kind "openai": its name for the model as id, "" for its first; the path is not used. */
  target: ModelRef;
  draft: ModelRef | null;
  /** Tokens; "auto" takes what fits in memory, at most the model's own and 8 192. */
  contextSize: number | "auto";
  kvType: KvType | "auto";
  threads: number | "auto";
  gpu: GpuChoice;
  /** Pick a configuration proven bit-equal to plain decoding (flash attention, q8_0 KV). */
  strict: boolean;
  /**
   * Most bytes of evaluated prompts kept on disk, of all models together. 0: none are, and those there are go; absent: this
   * model keeps none, and what is there is left alone.
   */
  promptCacheBytes?: number;
  /** Nobody chose promptCacheBytes: it lowers no other client's limit, and what others keep beyond it stays. */
  promptCacheByDefault?: true;
  /**
   * Generations that may run side by side, in one batch, each with a context of its own. "auto": up to 4, as half of the
   * free memory allows; the memory is taken when a second one first wants to run. Absent: 1.
   */
  lanes?: number | "auto";
  /**
   * Family of the thinking format ("qwen3", "gptOss"), in place of the one that the model's file tells; only where the
   * engine's own process runs the model.
   */
  thinkingFormat?: string;
  /** Absent: the engine's own process runs the model. */
  server?: ModelServer;
  /**
   * The client asks for no way of loading: a model with these weights that is in memory does, however it was loaded. What
   * is set otherwise counts when none is.
   */
  takesLoaded?: true;
  /**
   * Why Hunch chose what runs the model; absent where the user did. A llama-server that Hunch chose and that does not work
   * is no error: the engine's own process runs the model then.
   */
  backendReason?: string;
}

export interface ThreadInfo {
  /** Cores this process may use (affinity and cgroup quota). */
  free: number;
  /** Threads a pass uses now. */
  used: number;
}

/** How a model marks its thoughts; found from its metadata and template. */
export interface ThinkingFormatInfo {
  family: string;
  /** The model is trained to think; false: thinking has to be elicited. */
  native: boolean;
  /** Thinking can be switched off. */
  canDisable: boolean;
  /** Where instructions belong in this family. */
  instructions: "system" | "user" | "developer";
  /** Sampling the publisher advises for thinking, if any. */
  sampling?: { temperature?: number; topP?: number; topK?: number; minP?: number };
}

/** A thing the user should know that is no error: a draft that was ignored, a setting that could not be met. */
export interface Notice {
  code: string;
  message: string;
}

/** What runs a model: the engine's own process, a llama-server that the engine started, or a server named by the user. */
export type ModelBackend = "embedded" | "llama-server" | "openai";

export interface ModelInfo {
  id: string;
  path: string;
  sha256: string | null;
  name: string;
  architecture: string;
  sizeBytes: number;
  contextSize: number;
  /** Generations that run side by side; more wait. */
  lanes: number;
  /** Thoughts of one generation side by side at most; absent: one. */
  thoughts?: number;
  trainContextSize: number;
  vocabularySize: number;
  backend: ModelBackend;
  /** "cpu", or the GPU's name; of a server its name for people. */
  device: string;
  gpuLayers: number;
  kvType: KvType;
  flashAttention: boolean;
  /** Pass sizes proven bit-equal to plain decoding in this configuration; absent: never measured. */
  exactSizes?: readonly number[];
  threads: ThreadInfo;
  thinking: ThinkingFormatInfo;
  draft: { id: string; path: string } | null;
  notices: Notice[];
  /** Why Hunch chose what runs the model, half a sentence; absent where the user did. */
  backendReason?: string;
  loadMs: number;
}

// ---- generate: client → engine; answered when the generation has ended. Generations wait in one fair queue.

export interface GenerateParams {
  generationId: string;
  /** Generations of one conversation share the KV cache prefix. */
  conversationId: string;
  prompt: Prompt;
  sampling: SamplingOptions;
  /**
   * Output tokens at most, thinking included. What Hunch itself writes (the end of a thought, the beginning of an answer) is
   * not counted, until it has to end a thought for the second time.
   */
  maxTokens: number;
  controls: ThinkingControls;
  /**
   * What the answer has to hold: where it would end without it, Hunch begins that part and the model completes it. Only
   * where the engine's own process runs the model.
   */
  answerForm?: AnswerForm;
  /** What the thought is for (task and template): lengths of thoughts are compared within one purpose. */
  purpose?: string;
  speculation: SpeculationMode;
  /**
   * Drafters and their acceptance begin without what earlier requests taught them, and teach later ones nothing: a benchmark
   * asks the same thing several times. What passes cost is learnt all the same.
   */
  freshDrafters?: true;
  /** What to do when the context fills up: stop with `contextFull`. The only strategy; never a silent cut. */
  onContextFull: "stop";
}

export interface GeneratedToken {
  id: number;
  /** Text this token added to its segment; empty for markers and for a part of a character. */
  text: string;
  segment: Segment;
  origin: TokenOrigin;
  /** Written by Hunch to close the thought (wrap-up, marker), not chosen by the model. */
  forced?: true;
}

export type GenerationEvent =
  /** Place in the queue: 0 = being worked on. */
  | { type: "queue"; position: number }
  | { type: "prefill"; processedTokens: number; totalTokens: number; cachedTokens: number }
  | { type: "tokens"; tokens: GeneratedToken[]; live: LiveStats }
  /** Several thoughts are under way, of which none is shown yet; a few times a second. */
  | { type: "thoughts"; live: LiveStats }
  | { type: "thinkingEnd"; reason: ThinkingEnd }
  | { type: "notice"; notice: Notice };

export interface GenerationResult {
  thinking: string;
  answer: string;
  stopReason: StopReason;
  thinkingEnd: ThinkingEnd;
  stats: GenerationStats;
  model: ModelInfo;
  threads: number;
  seed: number;
  /** The thoughts beside the one chosen, where there were several. */
  otherThoughts?: OtherThought[];
}

/** A thought beside the one that was chosen. */
export interface OtherThought {
  text: string;
  tokens: number;
  /** What it came to, the first line of its answer on trial; null: none that can be compared, or none at all. */
  trial: string | null;
  fate: ThoughtFate;
}

// ---- measure: client → engine; for `doctor`, model details and the benchmark

export interface MeasureParams {
  costCurve: boolean;
  exactness: boolean;
}

export interface MeasureResult {
  /** T(n) / T(1) by pass size n. */
  costCurve: Record<string, number> | null;
  /** Time of a single-token pass (ms). */
  passMs: number | null;
  /** Time of a draft model's single-token pass / the target's; null without a draft model. */
  draftCost: number | null;
  exactness: ExactnessResult | null;
}

export interface StatusParams {
  /** Look for devices, which takes a second or two while no model is loaded; else there are none in the answer. */
  devices: boolean;
}

export interface EngineStatus {
  pid: number;
  /** Connections; 1 where the engine is not shared. */
  clients: number;
  model: ModelInfo | null;
  queueLength: number;
  /** Of the engine's own process: a llama-server beside it is not counted. */
  residentBytes: number;
  /** What the runtime finds. */
  devices: Device[];
}

export interface Device {
  kind: "cpu" | "gpu";
  name: string;
  available: boolean;
  /** Why it is not used, and of one that is, what it offers. */
  reason: string;
}

// ---- unload: client → engine; waits until nothing runs

export interface UnloadParams {
  /** Also where other clients use the model, which have to load it again; else it stays for them. */
  forAll: boolean;
}
export interface UnloadResult {
  /** The memory is free. */
  dropped: boolean;
}

// ---- retire: client → shared engine, in place of initialize, whatever the protocol versions; never to be changed

export interface RetireParams {
  token: string;
}

export type LogLevel = "error" | "warn" | "info" | "debug";

export const initializeRequest = new RequestType<InitializeParams, InitializeResult, ErrorData>("initialize");
export const loadRequest = new RequestType<LoadParams, ModelInfo, ErrorData>("load");
export const unloadRequest = new RequestType<UnloadParams, UnloadResult, ErrorData>("unload");
export const generateRequest = new RequestType<GenerateParams, GenerationResult, ErrorData>("generate");
export const measureRequest = new RequestType<MeasureParams, MeasureResult, ErrorData>("measure");
export const statusRequest = new RequestType<StatusParams, EngineStatus, ErrorData>("status");
/** Number of tokens of a text, special markers taken as text. */
export const countTokensRequest = new RequestType<{ text: string }, number, ErrorData>("countTokens");
/** Names of the models that a server offers, as it lists them; of several servers, the first's that answers. */
export const serverModelsRequest = new RequestType<OpenaiServer, string[], ErrorData>("serverModels");
/** Ends the engine; of a shared one, the client's part in it. */
export const shutdownRequest = new RequestType0<null, ErrorData>("shutdown");
/** Takes no new generations and clients, ends what runs, then exits; the answer comes at once. */
export const retireRequest = new RequestType<RetireParams, null, ErrorData>("retire");

/** client → engine: end this generation's thought now and answer. */
export const answerNowNotification = new NotificationType<{ generationId: string }>("answerNow");
/** client → engine: somebody types; what is computed on the processor waits for so long (ms, two seconds at most). */
export const pauseNotification = new NotificationType<{ ms: number }>("pause");
/** client → engine: so many bytes of evaluated prompts may be on disk from now on, the loaded model's too; at 0 none stays. */
export const limitPromptsNotification = new NotificationType<{ bytes: number }>("limitPrompts");
/** engine → client: progress of a load, 0..1; null while it waits for what others have asked of the engine. */
export const loadProgressNotification = new NotificationType<{ id: string; progress: number | null }>("loadProgress");
/** engine → client: what a generation produced, batched about 60 times a second. */
export const generationNotification = new NotificationType<{ generationId: string; events: GenerationEvent[] }>(
  "generation",
);
/** engine → client: it was told to end and still writes what is kept; several times a second until it has. */
export const closingNotification = new NotificationType0("closing");
/** engine → client: it was told to retire; the next request is for another engine. */
export const retiringNotification = new NotificationType0("retiring");
/** engine → client: a line for the log. */
export const logNotification = new NotificationType<{ level: LogLevel; message: string }>("log");
