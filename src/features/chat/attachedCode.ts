/** The code that goes with the questions of a conversation: which an answer is about, and where it is after a rename. Pure. */
import type { Attachment, Turn } from "../../common/panel.ts";
import type { AttachedCode, Conversation } from "./conversation.ts";

/** The code that came with the question of an answer. */
export function attachedTo(conversation: Conversation, turnId: string): AttachedCode[] {
  const { turns, inputs } = conversation;
  const at = turns.findIndex(({ id }) => id === turnId);
  const user = turns[at - 1];
  if (user?.role !== "user") return [];
  return (inputs[turnId]?.code ?? []).flatMap((piece, index) => {
    const attachment = user.attachments[index];
    return attachment ? [{ piece, attachment }] : [];
  });
}

/** The code that an answer is about: what came with its question, else with the nearest question before it that had code. */
export function codeBehind(conversation: Conversation, turnId: string): AttachedCode[] {
  const { turns } = conversation;
  for (let at = turns.findIndex(({ id }) => id === turnId); at > 0; at--) {
    const { id, role } = turns[at] as Turn;
    const code = role === "assistant" ? attachedTo(conversation, id) : [];
    if (code.length > 0) return code;
  }
  return [];
}

/** Files have other names now: attached code is found there. True when some of it has moved. */
export function followFiles(conversation: Conversation, place: (uri: string) => NewPlace | null): boolean {
  let moved = false;
  const all = [...conversation.turns, ...Object.values(conversation.forks).flatMap(({ versions }) => versions.flat())];
  for (const turn of all) {
    if (turn.role !== "user") continue;
    turn.attachments = turn.attachments.map((attachment) => {
      const now = place(attachment.uri);
      moved ||= now !== null;
      return now ? { ...attachment, ...now } : attachment;
    });
  }
  return moved;
}

/** Of a file that was renamed. */
export type NewPlace = Pick<Attachment, "uri" | "label">;
