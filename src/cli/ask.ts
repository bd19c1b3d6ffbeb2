/** `ask`: from a request to a printed answer. */
import { randomUUID } from "node:crypto";
import type { EngineClient } from "../client/engineClient.ts";
import { HunchError } from "../common/errors.ts";
import type { SamplingOptions } from "../common/prompt.ts";
import type { GenerateParams, GenerationResult, LoadParams, ModelInfo, Notice } from "../common/protocol.ts";
import { learntTemplates } from "../evaluation/calibration/calibrate.ts";
import { calibrationFolder, thisUser } from "../models/folder.ts";
import { type CodePiece, compose, type TaskKind } from "../prompts/compose.ts";
import { chosenControls } from "../prompts/controls.ts";
import type { LearntTemplates } from "../prompts/effort.ts";
import { AnswerNow, type KeySource } from "./answerNow.ts";
import type { AskRequest } from "./askRequest.ts";
import { type EngineContext, loadModel } from "./engine.ts";
import { readCode, readPromptFile, readQuestion } from "./input.ts";
import type { AskOutput } from "./output/output.ts";
import { tellingOnce } from "./output/tellingOnce.ts";
import { unmetOptions } from "./unmetOptions.ts";
import { withModel } from "./withModel.ts";

/** Output tokens at most where neither the user nor the effort asks for more. */
const usualMaxTokens = 2_048;

export interface Question {
  text: string;
  code: CodePiece[];
}

export interface AskContext extends EngineContext {
  /** Where a key can end the thought; null: nowhere. */
  keys: KeySource | null;
}

/** Reads what is asked about. @throws HunchError emptyInput and those of input.ts */
export async function readInput(request: AskRequest, signal: AbortSignal): Promise<Question> {
  const code = await Promise.all(request.files.map(readCode));
  const text = await readText(request, signal);
  if (text.trim() === "" && request.question.from !== "nowhere")
    throw new HunchError("emptyInput", "The question is empty.", { hint: 'Write one: hunch ask "What is a monad?"' });
  return { text, code };
}

async function readText({ question }: AskRequest, signal: AbortSignal): Promise<string> {
  switch (question.from) {
    case "argument":
      return question.text;
    case "stdin":
      return readQuestion(process.stdin, signal);
    case "file":
      return readPromptFile(question.path);
    case "nowhere":
      return "";
  }
}

/**
 * Loads the model, generates, and tells the output all of it but the end. Where the GPU fails before the first token, it
 * goes on on the processor.
 * @throws HunchError of the model, the engine or the prompt; engineCrashed after the output has what was written
 */
export async function ask(
  request: AskRequest,
  question: Question,
  output: AskOutput,
  context: AskContext,
): Promise<GenerationResult> {
  const params = { ...(await loadModel(request.engine, context)), ...lanes(request) };
  let hasSaid = false;
  const once = tellingOnce(output);
  const answer = async (client: EngineClient, model: ModelInfo, told: readonly Notice[]) => {
    once.loaded(model);
    const learnt = request.raw ? {} : await learntTemplates(calibrationFolder(thisUser()), model);
    const generation = generateParams(request, question, model, learnt);
    const { prompt } = generation;
    const thinks = prompt.kind === "chat" && prompt.thinking === "on";
    for (const notice of unmetOptions(request, model, thinks)) once.notice(notice);
    const ending = new AnswerNow({
      keys: context.keys,
      seconds: request.answerAfter,
      answerNow: () => client.answerNow(generation.generationId),
      offer: (hint) => output.offer(hint),
    });
    try {
      const result = await client.generate(generation, {
        onEvents: (events) => {
          hasSaid ||= events.some(({ type }) => type === "tokens");
          output.events(events);
          ending.events(events);
        },
        signal: context.interrupts.signal,
      });
      return { ...result, model: { ...result.model, notices: [...result.model.notices, ...told] } };
    } finally {
      ending.close();
    }
  };
  return withModel({ ...context, output: once }, params, answer, () => hasSaid);
}

/** In the shared engine as the editor has it. */
function lanes({ shared, thoughts }: AskRequest): Pick<LoadParams, "lanes"> {
  if (shared) return { lanes: "auto" };
  return thoughts > 1 ? { lanes: thoughts } : {};
}

function generateParams(
  request: AskRequest,
  { text, code }: Question,
  model: ModelInfo,
  learnt: LearntTemplates,
): GenerateParams {
  const { speculation } = request.engine;
  const { answerLine } = request;
  const line = answerLine === null ? {} : { answerForm: { kind: "line", lead: answerLine } as const };
  const common = {
    generationId: randomUUID(),
    conversationId: randomUUID(),
    speculation,
    onContextFull: "stop",
  } as const;
  if (request.raw)
    return {
      ...common,
      ...line,
      prompt: { kind: "raw", text },
      sampling: sampling(request, {}),
      maxTokens: request.maxTokens ?? usualMaxTokens,
      controls: { budget: null, loopGuard: false, earlyExit: "off" },
    };
  const task: TaskKind = text.trim() === "" ? "explain" : "ask";
  const thoughts = Math.min(request.thoughts, model.thoughts ?? 1);
  const composed = compose({
    task,
    question: text,
    code,
    history: [],
    effort: request.effort,
    template: request.template ?? undefined,
    budget: request.budget ?? undefined,
    format: model.thinking,
    learnt,
    thoughts,
  });
  return {
    ...common,
    ...(composed.answerForm ? { answerForm: composed.answerForm } : {}),
    ...line,
    prompt: {
      kind: "chat",
      messages: composed.messages,
      thinking: composed.thinking,
      opening: composed.opening,
    },
    sampling: sampling(request, composed.sampling),
    maxTokens: request.maxTokens ?? Math.max(usualMaxTokens, composed.maxTokens),
    controls: {
      ...chosenControls(composed.controls, request.controls, composed.thinking === "on"),
      ...(thoughts > 1 && composed.thinking === "on" ? { thoughts } : {}),
    },
    purpose: composed.purpose,
  };
}

/** The user's choice, then the publisher's advice, then greedy. */
function sampling(request: AskRequest, advised: Partial<SamplingOptions>): SamplingOptions {
  const neutral = { temperature: 0, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1 };
  return { ...neutral, ...advised, ...request.sampling, seed: request.seed };
}
