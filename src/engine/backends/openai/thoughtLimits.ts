/**
 * When a thought on a server is ended by us, and what room one is left: also one that nobody asked for, since a model may
 * think although it was told not to.
 */

import type { ChatMessage, Prompt } from "../../../common/prompt.ts";
import type { GenerateParams } from "../../../common/protocol.ts";
import type { MonitorOptions } from "../../thinking/budget.ts";
import { keepsBudget, takesControl } from "./body.ts";
import type { Endpoint } from "./endpoint.ts";
import type { HttpClient } from "./http.ts";
import type { ServerInfo } from "./server.ts";
import { ServerControl, ThoughtEnding } from "./thoughtEnding.ts";

export type ChatPrompt = Exclude<Prompt, { kind: "raw" }>;

/** Tokens of a thought that nobody asked for; at most a quarter of all. */
const unwantedThoughtTokens = 256;
/** Room beside the answer (tokens) for another one, where the answer is asked for of such a model. */
const secondThoughtTokens = 2_048;
/** Characters a token: usually, to count an interrupted thought, and at least, so that a prompt is not thought shorter. */
const charsPerToken = 4;
const leastCharsPerToken = 2.5;

/** @param isChat behind a text of our choice llama-server keeps no budget and takes no end */
export function thoughtEnding(
  prompt: ChatPrompt,
  isChat: boolean,
  { controls, maxTokens }: GenerateParams,
  { server, endpoint, http }: { server: ServerInfo; endpoint: Endpoint; http: HttpClient },
): ThoughtEnding {
  const isWanted = prompt.thinking === "on";
  const unwanted = Math.max(1, Math.min(unwantedThoughtTokens, Math.floor(maxTokens / 4)));
  return new ThoughtEnding({
    budget: isWanted ? controls.budget : unwanted,
    loopGuard: controls.loopGuard,
    ...earlierOf(prompt),
    serverKeepsBudget: isWanted && isChat && keepsBudget(server),
    control: isWanted && isChat && takesControl(server) ? new ServerControl(endpoint, http) : null,
  });
}

/** What was written of a thought that the prompt goes on with. */
function earlierOf(prompt: ChatPrompt): Pick<MonitorOptions, "earlier"> {
  if (prompt.kind !== "continue" || prompt.partial.answer !== "") return {};
  const text = prompt.partial.thinking;
  return { earlier: { text, tokens: Math.ceil(text.length / charsPerToken) } };
}

/** Tokens beside prompt and answer, as the context has them; 0 for a model that was not trained to think. */
export function roomForThought(
  messages: readonly ChatMessage[],
  answerTokens: number,
  { format, contextSize }: ServerInfo,
): number {
  if (!format.native) return 0;
  const characters = messages.reduce((sum, { content }) => sum + content.length, 0);
  const left = contextSize - Math.ceil(characters / leastCharsPerToken) - answerTokens;
  return Math.max(0, Math.min(secondThoughtTokens, left));
}
