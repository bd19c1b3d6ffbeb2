/**
 * The options of `ask`, spelled once: what the command line takes, and the request it means. Other commands that load a
 * model share the engine's part.
 */
import { randomInt } from "node:crypto";
import { Command, Option } from "commander";
import { HunchError } from "../common/errors.ts";
import { type Effort, efforts } from "../common/panel.ts";
import type { GpuChoice, KvType, ModelServer, SamplingOptions, SpeculationMode } from "../common/protocol.ts";
import { settingDefinitions } from "../common/settings.ts";
import { type ThinkingFamily, thinkingFamilies } from "../common/thinkingFamilies.ts";
import { defaultModelId } from "../models/catalogue.ts";
import type { TemplateName } from "../prompts/compose.ts";
import type { ControlChoices } from "../prompts/controls.ts";
import { templateNames } from "../prompts/templates/index.ts";
import { type FileSelection, parseFileSelection } from "./input.ts";
import { type BackendName, backends, modelServer } from "./modelServer.ts";
import { decimal, integer, integerOrAuto } from "./values.ts";

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
  /** null: the engine's own process runs the model. */
  server: ModelServer | null;
  /** Which of the two is decided from the model's file. */
  chooseBackend: boolean;
  /** A model that the shared engine has in memory does, however it was loaded. */
  takesLoaded?: true;
}

export type QuestionSource =
  | { from: "argument"; text: string }
  | { from: "stdin" }
  | { from: "file"; path: string }
  /** Code alone: explain it. */
  | { from: "nowhere" };

export interface AskRequest {
  engine: EngineRequest;
  question: QuestionSource;
  files: FileSelection[];
  /** Send the prompt as it is. */
  raw: boolean;
  effort: Effort;
  /** null: by the effort. */
  template: TemplateName | null;
  /** Thinking tokens; null: by the effort. */
  budget: number | null;
  /** Side by side; a vote chooses one. */
  thoughts: number;
  /** Seconds of thinking after which the answer is wanted; null: no limit. */
  answerAfter: number | null;
  /** What may end or steer a thought. */
  controls: ControlChoices;
  /** How a line of the answer has to begin; null: in no particular way. */
  answerLine: string | null;
  /** Output tokens at most; null: by the effort. */
  maxTokens: number | null;
  /** What the user fixed of the sampling. */
  sampling: Partial<Omit<SamplingOptions, "seed">>;
  seed: number;
  json: boolean;
  verbose: boolean;
  /** Use the engine that the user's programs share. */
  shared: boolean;
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
    .addOption(
      new Option("--gpu <backend>", "graphics processor to use")
        .choices(["auto", "off", "vulkan", "cuda", "metal"] satisfies GpuChoice[])
        .default("auto"),
    )
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

export function addAskOptions(command: Command): Command {
  return addEngineOptions(
    command
      .argument("[question]", "the question; - reads it from standard input")
      .option("--prompt-file <file>", "read the question from a file")
      .option(
        "--file <file[:A-B]>",
        "code to ask about, all of it or lines A to B; can be given several times",
        (value, all: FileSelection[]) => [...all, parseFileSelection(value)],
        [] as FileSelection[],
      )
      .option("--raw", "send the prompt as it is, without the model's chat format")
      .addOption(
        new Option("--effort <level>", "how much the model thinks").choices(efforts as string[]).default("auto"),
      )
      .addOption(
        new Option("--template <name>", "how it is asked to think (default: by the effort)").choices(templateNames),
      )
      .option("--budget <tokens>", "thinking tokens at most (default: by the effort)", integer(0, 1_000_000))
      .option(
        "--thoughts <n>",
        "thoughts side by side, of which a vote on what they come to chooses one (experimental)",
        integer(1, 16),
        1,
      )
      .option("--answer-after <seconds>", "end the thought after so long, and answer", decimal(0, 86_400))
      .addOption(
        new Option("--early-exit <mode>", "end the thought when trial answers agree, where the answer is a short one")
          .choices(["auto", "off"] satisfies ControlChoices["earlyExit"][])
          .default("auto"),
      )
      .option("--no-loop-guard", "let thoughts and answers that go in circles go on")
      .option("--damp-hesitation", 'make words like "Wait" less likely in the thought, for models that waver')
      .option("--shared", "use the engine that your windows share, with its model in memory once (experimental)")
      .option(
        "--answer-line <lead>",
        'how a line of the answer has to begin, like "Answer:"; Hunch begins it where the model does not',
      )
      .option(
        "--max-tokens <n>",
        "output tokens at most, thinking included (default: 2048, more where the effort needs more)",
        integer(1, 1_000_000),
      )
      .option(
        "--temperature <x>",
        "0 takes the likeliest token (default: the publisher's advice for models trained to think, else 0)",
        decimal(0, 10),
      )
      .option("--top-k <n>", "sample from the n likeliest tokens; 0: off", integer(0, 1_000_000))
      .option("--top-p <x>", "sample from the likeliest tokens that make up this probability", decimal(0, 1))
      .option("--min-p <x>", "leave out tokens less likely than this share of the likeliest", decimal(0, 1))
      .option("--seed <n>", "the same seed gives the same text (default: random, reported)", integer(0, 4_294_967_295)),
  );
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

interface ParsedAskOptions extends ParsedOptions {
  promptFile?: string;
  file: FileSelection[];
  raw?: true;
  effort: Effort;
  template?: TemplateName;
  budget?: number;
  thoughts?: number;
  answerAfter?: number;
  earlyExit: ControlChoices["earlyExit"];
  loopGuard: boolean;
  dampHesitation?: true;
  answerLine?: string;
  shared?: true;
  maxTokens?: number;
  temperature?: number;
  topK?: number;
  topP?: number;
  minP?: number;
  seed?: number;
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

/** @throws HunchError usage when options contradict each other; backendUnavailable */
export function askRequest(question: string | undefined, options: ParsedAskOptions): AskRequest {
  const { raw = false, file: files } = options;
  if (raw && files.length > 0)
    throw usage("--raw sends the prompt as it is, so --file has no place in it.", "Put the code into the prompt.");
  if (raw && (options.template ?? options.budget ?? options.answerAfter) !== undefined)
    throw usage("--raw has no thought that could have a template, a budget or an end.", "Leave --raw out.");
  const { thoughts = 1 } = options;
  if (thoughts > 1 && (raw || (options.backend ?? "embedded") !== "embedded"))
    throw usage("Several thoughts side by side need a chat on the embedded backend.", "Leave --thoughts out.");
  const hasServer = options.backend === "openai" || options.backend === "llama-server";
  if (options.dampHesitation && (raw || hasServer))
    throw usage("--damp-hesitation needs a chat on the embedded backend.", "Leave it out.");
  if (options.answerLine !== undefined && hasServer)
    throw usage("--answer-line needs the embedded backend: no server writes a part of an answer.", "Leave it out.");
  if (thoughts > 1 && (options.effort === "off" || options.budget === 0 || options.template === "none"))
    throw usage("--thoughts needs a thought, and there is to be none.", "Leave one of the two out.");
  const source = questionSource(question, options);
  if (source.from === "nowhere" && files.length === 0)
    throw usage(
      "There is nothing to ask.",
      'Ask a question, name code with --file, or both: hunch ask "…" --file src/a.ts:1-40',
    );
  if (options.speculation === "draft" && options.draft === "none")
    throw usage("--speculation draft needs a draft model.", "Leave --draft none out, or choose another mode.");
  const { temperature, topK, topP, minP } = options;
  return {
    engine: options.shared ? sharedRequest(options, needsEmbedded(options)) : engineRequest(options),
    question: source,
    files,
    raw,
    effort: options.effort,
    template: options.template ?? null,
    budget: options.budget ?? null,
    thoughts,
    answerAfter: options.answerAfter ?? null,
    controls: {
      earlyExit: options.earlyExit,
      loopGuard: options.loopGuard,
      dampHesitation: options.dampHesitation ?? false,
    },
    answerLine: options.answerLine?.trim() || null,
    maxTokens: options.maxTokens ?? null,
    sampling: Object.fromEntries(
      Object.entries({ temperature, topK, topP, minP }).filter(([, value]) => value !== undefined),
    ),
    // 31 bits, so that it is a whole number in every language that reads the JSON.
    seed: options.seed ?? randomInt(2 ** 31),
    json: options.json ?? false,
    verbose: options.verbose ?? false,
    shared: options.shared ?? false,
  };
}

/**
 * As the editor loads a model, unless told otherwise: the shared engine holds one, so that another would be loaded. Where no
 * way of loading is named, one that is loaded does. @param embedded the question needs what that backend alone has
 * @throws HunchError as engineRequest
 */
export function sharedRequest(options: ParsedOptions, embedded = false): EngineRequest {
  const { promptCache = settingDefinitions.promptCacheSize.default } = options;
  const backend = options.backend ?? (embedded ? "embedded" : "auto");
  const request = engineRequest({ ...options, promptCache, backend });
  return embedded || namesLoading(options) ? request : { ...request, takesLoaded: true };
}

function needsEmbedded({ thoughts = 1, dampHesitation, answerLine }: ParsedAskOptions): boolean {
  return thoughts > 1 || (dampHesitation ?? answerLine) !== undefined;
}

/** Some option says how the model is to be loaded. */
function namesLoading(options: ParsedOptions): boolean {
  const { draft, context, backend, thinkingFormat, kvType, threads, gpu, speculation } = options;
  return (
    [draft, context, backend, thinkingFormat].some((value) => value !== undefined) ||
    [kvType, threads, gpu, speculation].some((value) => value !== "auto")
  );
}

/** The request that arguments of `ask` mean, without running it. @throws HunchError, CommanderError */
export function parseAskRequest(argv: readonly string[]): AskRequest {
  const command = addAskOptions(new Command("ask").exitOverride().configureOutput({ outputError: () => {} }));
  command.parse(argv, { from: "user" });
  return askRequest(command.args[0], command.opts());
}

function questionSource(question: string | undefined, { promptFile }: ParsedAskOptions): QuestionSource {
  if (promptFile !== undefined) {
    if (question !== undefined)
      throw usage("The question is given twice.", "Use an argument or --prompt-file, not both.");
    return { from: "file", path: promptFile };
  }
  if (question === undefined) return { from: "nowhere" };
  return question === "-" ? { from: "stdin" } : { from: "argument", text: question };
}

function usage(message: string, hint: string): HunchError {
  return new HunchError("usage", message, { hint });
}
