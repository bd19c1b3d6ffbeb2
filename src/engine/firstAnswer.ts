/**
 * The model's answer before it would think, made on trial behind a prompt that does not speak of thinking: a model that was
 * told to think, and is then made to answer, is less often right than one that was only asked (bench/README).
 */
import type { GenerateParams } from "../common/protocol.ts";
import type { FirstAnswerStats } from "../common/stats.ts";
import type { FirstAnswerControl } from "../common/thinkingControls.ts";
import type { EngineModel } from "./backends/embedded/engineModel.ts";
import type { Strand } from "./strand.ts";
import { answerOpener } from "./thinking/budget.ts";
import { FirstAnswerLine } from "./thinking/firstAnswerLine.ts";
import { longestLine } from "./thinking/trialLine.ts";

export interface FirstAnswer {
  stats: FirstAnswerStats;
  /** What the output begins with where it stands: `line` is the model's, what is around it ours. */
  text: { lead: string; line: string; close: string };
  /** Nothing is to come behind it. */
  isWhole: boolean;
}

/** The same question, without a thought; null where none is to be answered first. */
export function withoutThought(params: GenerateParams): GenerateParams | null {
  const { prompt, controls } = params;
  const { answerFirst, thoughts = 1 } = controls;
  if (!answerFirst || prompt.kind !== "chat" || prompt.thinking === "off" || thoughts > 1) return null;
  const messages = [...prompt.messages.slice(0, -1), { role: "user" as const, content: answerFirst.message }];
  return { ...params, prompt: { kind: "chat", messages, thinking: "off" } };
}

/**
 * Makes the model answer on trial; the text stays as it is.
 * @param strand at the end of a prompt {@link withoutThought}
 * @param isInterrupted asked before each further pass: the user waits for something else
 * @returns null when it was interrupted, or there is no room
 */
export async function tryAnswer(
  { codec }: EngineModel,
  { decoder }: Strand,
  { least, opening, isWhole = false }: FirstAnswerControl,
  isInterrupted: () => boolean,
): Promise<FirstAnswer | null> {
  const lead = opening?.lead ?? answerOpener;
  const tokens = codec.encodeText(lead);
  if (decoder.room < tokens.length + 2 * longestLine || isInterrupted()) return null;
  const line = new FirstAnswerLine(least > 1 ? 0 : least);
  const text = codec.streamDecoder();
  await decoder.probe(
    tokens,
    [],
    (token, probability) => line.push(text.push(token), codec.isEndOfGeneration(token), probability),
    () => !isInterrupted(),
  );
  if (isInterrupted()) return null;
  const { probability } = line;
  const stats = { text: line.text, probability, stands: line.text !== "" && probability >= least };
  return { stats, text: { lead, line: line.written, close: opening?.close ?? "" }, isWhole };
}
