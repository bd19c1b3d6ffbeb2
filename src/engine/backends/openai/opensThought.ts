/**
 * Whether a llama-server's prompt has opened the thought, so that its output begins inside one: read off the end of the
 * prompt that it renders. Other servers do not show theirs.
 */
import type { ThinkingFormat } from "../../thinking/formats.ts";
import { parseJson, readText, type SendOptions } from "./http.ts";
import type { Remote } from "./remoteGeneration.ts";

/** @param body of a chat request. @throws HunchError */
export async function opensThought({ endpoint, http, server }: Remote, body: object, o: SendOptions): Promise<boolean> {
  if (server.make !== "llamacpp") return false;
  const { messages = [], chat_template_kwargs } = body as {
    messages?: { content: string }[];
    chat_template_kwargs?: object;
  };
  const url = endpoint.root("/apply-template");
  const response = await http.post(url, { messages, chat_template_kwargs }, o);
  const { prompt } = parseJson(await readText(response, url), url) as { prompt?: unknown };
  return typeof prompt === "string" && endsInside(prompt, messages.at(-1)?.content.trim() ?? "", server.format);
}

/** Only what stands behind the last message is the template's: a message may hold any marker. */
function endsInside(prompt: string, lastMessage: string, format: ThinkingFormat): boolean {
  const tail = prompt.slice(prompt.lastIndexOf(lastMessage) + lastMessage.length);
  const last = (markers: readonly string[]) => Math.max(-1, ...markers.map((marker) => tail.lastIndexOf(marker)));
  return last(format.open) > last([...format.close, ...format.answer.open]);
}
