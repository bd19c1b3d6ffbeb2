/**
 * `npm run bench:endings -- --model FILE`: whether every thought that is ended from outside, by a budget, a limit, trial
 * answers, the loop guard or the user, is followed by an answer, in the form that the question asks for. On a real model
 * and in the engine's own process, as a user has it. Stopped at any time (Ctrl-C) it keeps what is done, and the same
 * command goes on. Exit status 1: a run ended badly.
 */
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Interrupts } from "../../src/cli/interrupts.ts";
import { RunDisplay } from "../../src/cli/runDisplay.ts";
import type { ChatMessage, Prompt } from "../../src/common/prompt.ts";
import type { GeneratedToken, GenerateParams, ModelInfo } from "../../src/common/protocol.ts";
import type { ThinkingEnd } from "../../src/common/segments.ts";
import type { AnswerForm } from "../../src/common/thinkingControls.ts";
import { holdsForm } from "../../src/engine/thinking/answerForm.ts";
import { sentenceOf } from "../../src/engine/thinking/budget.ts";
import { formatOf } from "../../src/engine/thinking/formats.ts";
import { markedAnswer } from "../../src/evaluation/answers.ts";
import { compose } from "../../src/prompts/compose.ts";
import { gpuChoice, loadParams, sampling, startEngine, thisCpu } from "../support/engine.ts";
import { originOfBuild } from "../support/origin.ts";
import { conclude, earlierReport, writeRuns } from "../support/resume.ts";
import { picture } from "./picture.ts";
import { type Asked, endings, type PlannedRun, plan, thoughts } from "./plan.ts";
import { type EndingRun, type EndingsReport, failures, markdown } from "./report.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: {
    model: { type: "string" },
    runs: { type: "string", default: "210" },
    /** Only the runs with this format. */
    format: { type: "string" },
    seed: { type: "string", default: "1" },
    "max-tokens": { type: "string", default: "400" },
    parallel: { type: "string", default: "1" },
    gpu: { type: "string", default: "off" },
    out: { type: "string", default: join(root, "bench", "results") },
    name: { type: "string", default: "endings" },
    fresh: { type: "boolean", default: false },
  },
});
if (!options.model) throw new Error("--model FILE.gguf is needed");
const model = options.model;
const parallel = Number(options.parallel);
const gpu = gpuChoice(options.gpu);
/** A thought that has begun to go in circles. */
const circles = "Let me look at the values once more, one by one, to be sure.\n".repeat(8);

const interrupts = new Interrupts();
const { signal } = interrupts;
const display = new RunDisplay();
let writing = Promise.resolve();
interrupts.onKill(() => display.close());
const client = await startEngine(join(options.out, "tmp"));
interrupts.onKill(() => client.kill());
const kill = () => client.kill();

try {
  const report: EndingsReport = {
    made: new Date().toISOString(),
    cpu: thisCpu(),
    gpu,
    model: basename(model),
    threads: 0,
    seed: Number(options.seed),
    maxTokens: Number(options["max-tokens"]),
    endings: endings.join(", "),
    origin: await originOfBuild(loadParams(model, {})),
    runs: [],
  };
  const { made } = report;
  const conditions = ["model", "cpu", "gpu", "seed", "maxTokens", "endings"] as const;
  Object.assign(report, options.fresh ? null : await earlierReport(options, report, conditions));
  const planned = plan(Number(options.runs), report.seed).filter(({ format }) => format === (options.format ?? format));
  const open = planned.filter(({ index }) => !report.runs.some((run) => run.index === index));
  const total = planned.length;
  const startedAt = performance.now();
  for (const format of new Set(open.map((run) => run.format))) {
    if (signal.aborted) break;
    signal.addEventListener("abort", kill); // a load can not be cancelled
    const loaded = await client.load(
      loadParams(model, { thinkingFormat: format, lanes: Math.max(parallel, thoughts), contextSize: 2_048, gpu }),
    );
    signal.removeEventListener("abort", kill);
    const queue = open.filter((run) => run.format === format).values();
    const work = async () => {
      for (const one of queue) {
        const run = signal.aborted ? null : await execute(one, loaded, report.maxTokens);
        if (!run) return;
        report.runs.push(run);
        report.made = made;
        report.threads = loaded.threads.free;
        await write(report);
        const left = open.length - (report.runs.length - (total - open.length));
        const secondsEach = (performance.now() - startedAt) / 1000 / (open.length - left);
        display.progress({ done: total - left, total, secondsLeft: secondsEach * left });
      }
    };
    await Promise.all(Array.from({ length: parallel }, work));
  }
  display.close();
  await write(report);
  if (report.runs.length > 0) console.log(markdown(report));
  const bad = failures(report).map(
    ({ index, format, ending, temperature, answer }) =>
      `BAD: run ${index}, ${format}, ${ending} at T = ${temperature}: ${JSON.stringify(answer.slice(0, 80))}`,
  );
  conclude(interrupts, bad);
} catch (error) {
  if (!signal.aborted) throw error;
  process.exitCode = interrupts.status ?? 1;
} finally {
  display.close();
  interrupts.dispose();
  await client.dispose();
}

/** null when it was cut off. */
async function execute(run: PlannedRun, info: ModelInfo, maxTokens: number): Promise<EndingRun | null> {
  const generationId = `endings-${run.index}`;
  const tokens: GeneratedToken[] = [];
  const result = await client.generate(request(run, info, generationId, maxTokens), {
    signal,
    onEvents: (events) => {
      let thought = 0;
      for (const event of events) {
        if (event.type === "tokens") tokens.push(...event.tokens);
        // Of several thoughts none is shown before one is chosen.
        else if (event.type === "thoughts") thought = event.live.thinkingTokens;
      }
      thought = Math.max(thought, tokens.filter((token) => token.segment === "thinking").length);
      if (isEndedByUser(run) && thought >= run.moment) client.answerNow(generationId);
    },
  });
  if (signal.aborted) return null;
  const { answer, stats } = result;
  const chosen = tokens.filter((token) => token.segment === "answer" && !token.forced && token.text !== "");
  const chosenText = chosen.map(({ text }) => text).join("");
  const { format, ending, temperature, asked, moment, index } = run;
  return {
    ...{ index, format, ending, temperature, asked, moment },
    thinkingEnd: result.thinkingEnd,
    stopReason: result.stopReason,
    thinkingTokens: stats.thinkingTokens,
    chosenTokens: chosen.length,
    isEmpty: !/[\p{L}\p{N}]/u.test(answer) || chosenText.trim() === "",
    // A value is read as the evaluation reads it too: the engine is not its own judge there.
    isInFormat: holdsForm(answer, formOf(asked)) && (asked === "code" || (markedAnswer(answer)?.trim() ?? "") !== ""),
    leaks: ownTexts(run, result.thinkingEnd).some((own) => answer.includes(own)),
    ...(stats.answerNow ? { answerNow: stats.answerNow } : {}),
    ...(stats.trialMs !== undefined ? { trialShare: stats.trialMs / stats.decodeMs } : {}),
    answer,
  };
}

/** The user's button; what ends by itself before that is let be. */
function isEndedByUser({ ending }: PlannedRun): boolean {
  return ending === "answerNow" || ending === "severalNow";
}

function formOf(asked: Asked): AnswerForm {
  return asked === "value" ? { kind: "line", lead: "Answer:" } : { kind: "codeBlock" };
}

/** What belongs to the format or to Hunch, and not into an answer. */
function ownTexts({ format }: PlannedRun, end: ThinkingEnd): string[] {
  const { open, close, answer } = formatOf(format);
  return [...open, ...close, ...answer.open, ...answer.close, sentenceOf(end)].filter((text) => text !== "");
}

function request(run: PlannedRun, info: ModelInfo, generationId: string, maxTokens: number): GenerateParams {
  const { ending, code } = run;
  const composed = compose({
    task: "ask",
    question: run.question,
    code: code
      ? [{ ...code, languageId: "python", startLine: 1, endLine: code.code.trimEnd().split("\n").length }]
      : [],
    history: [],
    effort: "medium",
    template: "plain",
    format: info.thinking,
  });
  return {
    generationId,
    conversationId: generationId,
    prompt: prompt(run, composed.messages),
    sampling: sampling(run.temperature, run.index),
    // Trial answers begin after some thought, and loops need room to be seen.
    maxTokens,
    controls: {
      budget: ending === "budget" ? run.moment : null,
      // As a question has them, unless that is what is tried.
      loopGuard: composed.controls.loopGuard,
      earlyExit: ending === "earlyExit" ? "on" : composed.controls.earlyExit,
      ...(ending === "severalNow" ? { thoughts } : {}),
    },
    answerForm: formOf(run.asked),
    speculation: "auto",
    onContextFull: "stop",
  };
}

/** Where nothing in the prompt opens the thought, a beginning of one does, as when an answer is carried on. */
function prompt({ ending, format }: PlannedRun, messages: ChatMessage[]): Prompt {
  const thought = ending === "loop" ? circles : format === "gptOss" ? "Let me think about this step by step." : "";
  return thought === ""
    ? { kind: "chat", messages, thinking: "on" }
    : { kind: "continue", messages, thinking: "on", partial: { thinking: thought, answer: "" } };
}

/** One after the other: several questions are under way, and one writer is allowed. */
function write(report: EndingsReport): Promise<void> {
  report.runs.sort((a, b) => a.index - b.index);
  writing = writing.then(() => writeRuns(options, report, markdown, picture));
  return writing;
}
