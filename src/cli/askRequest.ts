/** The options of `ask` beside the engine's, spelled once: what the command line takes, and the request it means. */
import { randomInt } from "node:crypto";
import { Command, Option } from "commander";
import { type Effort, efforts } from "../common/panel.ts";
import type { SamplingOptions } from "../common/prompt.ts";
import { settingDefinitions } from "../common/settings.ts";
import type { TemplateName } from "../prompts/compose.ts";
import type { ControlChoices } from "../prompts/controls.ts";
import { templateNames } from "../prompts/templates/index.ts";
import { addEngineOptions, type EngineRequest, engineRequest, type ParsedOptions } from "./engineRequest.ts";
import { type FileSelection, parseFileSelection } from "./input.ts";
import { decimal, integer, usage } from "./values.ts";

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
      .option(
        "--budget <tokens>",
        "thinking tokens at most, and a quarter more to end a sentence; Hunch's own words not counted (default: by the effort)",
        integer(0, 1_000_000),
      )
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
        "output tokens at most, thinking included, Hunch's own words not counted (default: 2048, more where the effort needs more)",
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
  const request: EngineRequest = {
    ...engineRequest({ ...options, promptCache, backend }),
    ...(options.promptCache === undefined ? { promptCacheByDefault: true } : {}),
  };
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
