/**
 * OpenAI's `reasoning_effort`: all that steers the thinking on servers that are known by nothing else (Ollama, LM Studio,
 * hosted ones). Which of its words a server takes shows only when it refuses one, so that is kept for the next request.
 */
import type { IncomingMessage } from "node:http";
import type { ThinkingMode } from "../../../common/prompt.ts";
import type { ThinkingFormat } from "../../thinking/formats.ts";
import { type HttpClient, readText, type SendOptions } from "./http.ts";
import { refusal } from "./serverErrors.ts";

/** Thinking tokens up to which a word counts; beyond the last, and without a budget, it is "high". */
const levels = [
  [1_024, "low"],
  [4_096, "medium"],
] as const;
/** What comes nearest to a word that is refused; others are left out. OpenAI's o-series can not be kept from thinking. */
const nearest: Readonly<Record<string, string | undefined>> = { none: "low" };
/** Statuses of a server that does not take a member or its value. */
const refusing = [400, 422];

/** @param budget thinking tokens; null for no limit. @returns null for a model that is not trained to think */
export function effortWord(thinking: ThinkingMode, budget: number | null, format: ThinkingFormat): string | null {
  if (!format.native) return null;
  if (thinking === "off") return "none";
  return levels.find(([upTo]) => budget !== null && budget <= upTo)?.[1] ?? "high";
}

/**
 * Posts a chat request, with another effort or none where the server refuses the one in it.
 * @param refused words that this server refused before; grows when leaving one out helped
 * @throws HunchError
 */
export async function postChat(
  { http, refused }: { http: HttpClient; refused: Set<string> },
  url: URL,
  body: { reasoning_effort?: string },
  o: SendOptions,
): Promise<IncomingMessage> {
  const now: string[] = [];
  let word = body.reasoning_effort;
  for (;;) {
    while (word !== undefined && refused.has(word)) word = nearest[word];
    const response = await http.post(url, { ...body, reasoning_effort: word }, o, word === undefined ? [] : refusing);
    if (word === undefined || response.statusCode === 200) {
      for (const one of now) refused.add(one);
      return response;
    }
    const error = refusal(url, response.statusCode ?? 0, await readText(response, url));
    if (error.code === "promptTooLong") throw error;
    now.push(word);
    word = nearest[word];
  }
}
