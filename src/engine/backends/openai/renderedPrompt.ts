/**
 * The prompt that a llama-server makes of messages: it can be asked for it, as no other server can. It tells whether the
 * output begins inside a thought, and where an interrupted answer goes on. Of the others' prompts it is guessed.
 */
import type { ChatMessage, Prompt } from "../../../common/prompt.ts";
import type { ThinkingFormat } from "../../thinking/formats.ts";
import { parseJson, readText, type SendOptions } from "./http.ts";
import type { Remote } from "./remoteGeneration.ts";
import type { ServerInfo } from "./server.ts";
import type { ChatPrompt } from "./thoughtLimits.ts";

export interface RenderedPrompt {
  text: string;
  /** Its end has opened a thought. */
  opensThought: boolean;
}

/** Of a proxy that lets through only "/v1", and of a llama-server whose template does not take the messages. */
const unshown = [400, 404, 405, 501];

/** @param body of a chat request. @returns null where the server does not show its prompts. @throws HunchError */
export async function renderPrompt(
  { endpoint, http, server }: Remote,
  body: object,
  o: SendOptions,
): Promise<RenderedPrompt | null> {
  if (server.make !== "llamacpp") return null;
  const { messages = [], chat_template_kwargs } = body as { messages?: ChatMessage[]; chat_template_kwargs?: object };
  const url = endpoint.root("/apply-template");
  // One that serves several models needs the name.
  const response = await http.post(url, { model: server.model, messages, chat_template_kwargs }, o, unshown);
  const text = await readText(response, url);
  if (response.statusCode !== 200) return null;
  const { prompt } = parseJson(text, url) as { prompt?: unknown };
  if (typeof prompt !== "string") return null;
  return { text: prompt, opensThought: endsInside(prompt, messages.at(-1)?.content.trim() ?? "", server.format) };
}

/**
 * The server's template may open a thought, out of sight, and the server may leave it in the content: only its end is marked
 * there. llama-server and Hunch's own always tell thoughts apart; others only when they were started so.
 */
export function mayOpenUnseen(prompt: ChatPrompt, { make, format }: ServerInfo): boolean {
  if (!format.native || !format.forceOpen) return false;
  switch (make) {
    case "llamacpp":
    case "hunch":
      return false;
    case "vllm":
    case "sglang":
      // These models' templates have no switch; where the answer is gone on with, nothing is opened.
      return prompt.kind === "chat" || prompt.partial.answer === "";
    case "other":
      // Ollama and its like answer at once when they are told to.
      return prompt.thinking === "on";
  }
}

/** Only what stands behind the last message is the template's: a message may hold any marker. */
function endsInside(prompt: string, lastMessage: string, format: ThinkingFormat): boolean {
  const tail = prompt.slice(prompt.lastIndexOf(lastMessage) + lastMessage.length);
  const last = (markers: readonly string[]) => Math.max(-1, ...markers.map((marker) => tail.lastIndexOf(marker)));
  return last(format.open) > last([...format.close, ...format.answer.open]);
}

/** The prompt with what had been generated behind it, so that the next token is the one that was due. */
export function withPartial(
  prompt: RenderedPrompt,
  { thinking, answer }: Extract<Prompt, { kind: "continue" }>["partial"],
  { text }: ThinkingFormat,
): string {
  const opening = thinking === "" || prompt.opensThought ? "" : text.open;
  const closing = answer !== "" && (thinking !== "" || prompt.opensThought) ? text.close : "";
  return prompt.text + opening + thinking + closing + answer;
}
