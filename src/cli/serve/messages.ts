/** The messages of a chat request: OpenAI's shapes of content and roles to the engine's plain ones. */
import type { ChatMessage } from "../../common/prompt.ts";
import { badRequest } from "./apiError.ts";
import { Fields } from "./fields.ts";

export interface Conversation {
  messages: ChatMessage[];
  /** A last message of the assistant is the beginning of its answer, which the engine goes on with. */
  partial: { thinking: string; answer: string } | null;
}

const roles = ["system", "developer", "user", "assistant", "tool", "function"] as const;

/** @throws ApiError for messages that the engine can not take */
export function readMessages(list: readonly unknown[] | undefined): Conversation {
  if (!list || list.length === 0) throw badRequest('"messages" has to be a list of at least one message.');
  const messages: ChatMessage[] = [];
  let partial: Conversation["partial"] = null;
  for (const [i, item] of list.entries()) {
    const fields = new Fields(item, `messages[${i}]`);
    const role = fields.choice("role", roles);
    if (role === undefined) throw badRequest(`"messages[${i}].role" is missing.`);
    if (role === "tool" || role === "function" || (fields.list("tool_calls")?.length ?? 0) > 0)
      throw badRequest(`"messages[${i}]" belongs to a tool call; tools are not supported here.`, "unsupported");
    const content = readContent(fields, `messages[${i}].content`);
    if (role === "assistant" && i === list.length - 1)
      partial = { thinking: fields.string("reasoning_content") ?? "", answer: content };
    else messages.push({ role: role === "developer" ? "system" : role, content });
  }
  if (!messages.some((message) => message.role === "user")) throw badRequest('"messages" has no message of the user.');
  return { messages, partial: partial && (partial.thinking || partial.answer) ? partial : null };
}

function readContent(fields: Fields, name: string): string {
  const value = fields.raw("content");
  if (value === undefined) return "";
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) throw badRequest(`"${name}" has to be a string or a list of parts.`);
  return value
    .map((item, i) => {
      const part = new Fields(item, `${name}[${i}]`);
      const type = part.string("type");
      if (type !== "text")
        throw badRequest(
          `"${name}[${i}]" is of type ${JSON.stringify(type)}; only text is supported here.`,
          "unsupported",
        );
      return part.string("text") ?? "";
    })
    .join("\n");
}
