/** The turns of VS Code's chat as a conversation of ours, so that follow-up questions know what was said. Pure. */
import { ask, type Conversation, inputOf, newConversation } from "../chat/conversation.ts";

/** A question of the chat and what came back. */
export interface Exchange {
  prompt: string;
  /** The whole of what the model was sent, with the code; without it, the prompt counts. */
  sent?: string;
  answer: string;
}

export function conversationOf(id: string, exchanges: readonly Exchange[]): Conversation {
  const conversation = newConversation(id);
  for (const { prompt, sent = prompt, answer } of exchanges) {
    const turn = ask(conversation, { task: "ask", text: prompt, code: [] }, "auto");
    inputOf(conversation, turn).sent = sent;
    turn.answer = [{ text: answer, origin: "target" }];
    turn.status = "done";
  }
  return conversation;
}
