/** Messages put into the shape that chat templates accept, before a template sees them. */
import type { ChatMessage, ThinkingMode } from "../../common/prompt.ts";
import type { ThinkingFormat } from "../thinking/formats.ts";

/** A message and what Hunch adds to it for the template's eyes: a switch word that it was trained on. */
export interface SwitchedMessage extends ChatMessage {
  suffix: string;
}

/**
 * Drops answers that never came and joins neighbours of one role, since many templates insist on alternation; system
 * messages are joined at the front.
 */
export function normalise(messages: readonly ChatMessage[]): ChatMessage[] {
  const kept = messages.filter((message) => message.role !== "assistant" || message.content.trim() !== "");
  const ordered = [
    ...kept.filter((message) => message.role === "system"),
    ...kept.filter((message) => message.role !== "system"),
  ];
  const joined: ChatMessage[] = [];
  for (const message of ordered) {
    const last = joined.at(-1);
    if (last?.role === message.role) last.content = join(last.content, message.content);
    else joined.push({ ...message });
  }
  return joined;
}

/** For families whose system message is taken, forbidden or moved about: its text goes in front of the first question. */
export function mergeSystem(messages: readonly ChatMessage[]): ChatMessage[] {
  const [system, ...rest] = messages;
  if (system?.role !== "system") return [...messages];
  const [first, ...others] = rest;
  if (first?.role !== "user") return [{ role: "user", content: system.content }, ...rest];
  return [{ role: "user", content: join(system.content, first.content) }, ...others];
}

/** Adds the words that switch thinking on or off, in families that are switched by words. */
export function withSwitch(
  messages: readonly ChatMessage[],
  format: ThinkingFormat,
  thinking: ThinkingMode,
): SwitchedMessage[] {
  const plain = messages.map((message) => ({ ...message, suffix: "" }));
  if (format.switch.by !== "text") return plain;
  const words = format.switch[thinking];
  if (words === "") return plain;
  if (format.switch.where === "system") return [{ role: "system", content: words, suffix: "" }, ...plain];
  const last = plain.findLast((message) => message.role === "user");
  if (last) last.suffix = ` ${words}`;
  return plain;
}

function join(first: string, second: string): string {
  return first.trim() === "" ? second : second.trim() === "" ? first : `${first}\n\n${second}`;
}
