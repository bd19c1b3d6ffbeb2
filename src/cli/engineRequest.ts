/** The options of every command that loads a model, spelled once: what the command line takes, and the request it means. */
import { type Command, Option } from "commander";
import type { GpuChoice, KvType, ModelServer, SpeculationMode } from "../common/protocol.ts";
import { type ThinkingFamily, thinkingFamilies } from "../common/thinkingFamilies.ts";
import { defaultModelId } from "../models/catalogue.ts";
import { type BackendName, backends, modelServer } from "./modelServer.ts";
import { integer, integerOrAuto, usage } from "./values.ts";

export const gpuChoices: readonly GpuChoice[] = ["auto", "off", "vulkan", "cuda", "metal"];

/** Which model is loaded, and how. */
export interface EngineRequest {
  /** Catalogue id or path; with a server its name for the model, "" for its first. */
  model: string;
  /** Catalogue id or path; "none" for none; null for what the speculation mode needs. */
  draft: string | null;
  contextSize: number | "auto";
  kvType: KvType | "auto";
  threads: number | "auto";
  gpu: GpuChoice;
  speculation: SpeculationMode;
  /** Family of the thinking format; null: the one that the model's file tells. */
  thinkingFormat: ThinkingFamily | null;
  /** Evaluated prompts kept on disk at most (MB). */
  promptCacheSize: number;
  /** The user did not choose that: where the editor keeps more, it stays as much. */
  promptCacheByDefault?: true;
  /** null: the engine's own process runs the model. */
  server: ModelServer | null;
  /** Which of the two is decided from the model's file. */
  chooseBackend: boolean;
  /** A model that the shared engine has in memory does, however it was loaded. */
  takesLoaded?: true;
}

const modelHelp = "catalogue id (see `hunch models list`) or path of a GGUF file";

/** Options of every command that loads a model. */
export function addEngineOptions(command: Command): Command {
  return command
    .option("--model <id|path>", `the model: ${modelHelp} (default: ${defaultModelId})`)
    .option("--draft <id|path|none>", `a draft model that guesses ahead: ${modelHelp}, or none (default: none)`)
    .addOption(
      new Option("--speculation <mode>", "how tokens are guessed ahead and verified together")
        .choices(["auto", "off", "strict", "suffix", "recycling", "draft"] satisfies SpeculationMode[])
        .default("auto"),
    )
    .option("--context <tokens>", "context size (default: what fits in memory, at most 8192)", integer(64, 4_194_304))
    .addOption(
      new Option("--kv-type <type>", "number format of the KV cache")
        .choices(["auto", "f16", "q8_0", "q4_0"] satisfies (KvType | "auto")[])
        .default("auto"),
    )
    .option(
      "--threads <n|auto>",
      "processor threads; more than there are free cores is slow",
      integerOrAuto(1, 512),
      "auto",
    )
    .addOption(new Option("--gpu <backend>", "graphics processor to use").choices(gpuChoices).default("auto"))
    .addOption(
      new Option("--backend <name>", "what runs the model (default: embedded; with --shared auto)").choices(backends),
    )
    .option(
      "--endpoint <url>",
      "server of the openai backend, or several with commas between that take over from each other; the key comes from the environment: HUNCH_API_KEY, or HUNCH_API_KEYS with one for each, in the same order",
    )
    .addOption(
      new Option(
        "--thinking-format <family>",
        "how the model marks its thoughts, if its file does not tell it right (embedded backend)",
      ).choices(thinkingFamilies),
    )
    .option(
      "--prompt-cache <MB>",
      "evaluated prompts kept on disk at most, so that a conversation is not read again (default: none)",
      integer(0, 1_000_000),
    )
    .option("--json", "write one JSON object a line, for programs")
    .option("--verbose", "write the engine's log to standard error");
}

/** What commander makes of the options above. */
export interface ParsedOptions {
  model?: string;
  draft?: string;
  speculation: SpeculationMode;
  context?: number;
  kvType: KvType | "auto";
  threads: number | "auto";
  gpu: GpuChoice;
  backend?: BackendName;
  endpoint?: string;
  thinkingFormat?: ThinkingFamily;
  promptCache?: number;
  json?: true;
  verbose?: true;
}

/** @throws HunchError usage when backend and endpoint contradict each other; backendUnavailable without llama-server */
export function engineRequest(options: ParsedOptions, env: NodeJS.ProcessEnv = process.env): EngineRequest {
  const server = modelServer(options, env);
  if (server && options.thinkingFormat !== undefined)
    throw usage("--thinking-format belongs to the embedded backend; a server marks thoughts itself.", "Leave it out.");
  return {
    model: options.model ?? (server?.kind === "openai" ? "" : defaultModelId),
    draft: options.draft ?? null,
    contextSize: options.context ?? "auto",
    kvType: options.kvType,
    threads: options.threads,
    gpu: options.gpu,
    speculation: options.speculation,
    thinkingFormat: options.thinkingFormat ?? null,
    promptCacheSize: options.promptCache ?? 0,
    server,
    chooseBackend: options.backend === "auto",
  };
}
