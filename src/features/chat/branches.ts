/**
 * Versions of a turn. Asking a question again in other words, or having an answer again, sets the turn and all that
 * followed it aside as a version; nothing that was written is lost. The conversation's `turns` are always the one path
 * that is on screen.
 *
 * A fork belongs to the turn before it and holds the tails of all versions; that of the active one is empty, since it
 * stands in `turns`. Example: `q1 a1 q2 a2`, a1 again, gives turns `q1 a3` and the fork `q1: [[a1 q2 a2], []]`.
 */
import type { Turn, TurnVersion } from "../../common/panel.ts";

export interface Fork {
  versions: Turn[][];
  /** Place of the version on screen. */
  active: number;
}

/** Forks by the id of the turn before them; "" stands for the beginning of the conversation. */
export type Forks = Record<string, Fork>;

interface Branching {
  turns: Turn[];
  forks: Forks;
}

/** Ends the path before this turn, so that another version of it can be added. */
export function fork(conversation: Branching, turnId: string): void {
  const { parent, rest } = cut(conversation, turnId);
  const known = conversation.forks[parent];
  if (!known) {
    conversation.forks[parent] = { versions: [rest, []], active: 1 };
    return;
  }
  known.versions[known.active] = rest;
  known.active = known.versions.push([]) - 1;
}

/** Shows the version before (-1) or after (1) this turn; false when there is none. */
export function switchVersion(conversation: Branching, turnId: string, offset: -1 | 1): boolean {
  const known = conversation.forks[parentOf(conversation.turns, turnId)];
  const wanted = known?.versions[known.active + offset];
  if (!known || !wanted) return false;
  const { rest } = cut(conversation, turnId);
  known.versions[known.active] = rest;
  known.active += offset;
  known.versions[known.active] = [];
  conversation.turns.push(...wanted);
  return true;
}

/** The turns on screen that have more than one version. */
export function versionsOf(conversation: Branching): Record<string, TurnVersion> {
  const versions: Record<string, TurnVersion> = {};
  let parent = "";
  for (const { id } of conversation.turns) {
    const known = conversation.forks[parent];
    if (known) versions[id] = { number: known.active + 1, count: known.versions.length };
    parent = id;
  }
  return versions;
}

function parentOf(turns: readonly Turn[], turnId: string): string {
  return turns[turns.findIndex(({ id }) => id === turnId) - 1]?.id ?? "";
}

function cut({ turns }: Branching, turnId: string): { parent: string; rest: Turn[] } {
  const at = turns.findIndex(({ id }) => id === turnId);
  if (at === -1) throw new Error(`The turn ${turnId} is not on the path.`);
  return { parent: turns[at - 1]?.id ?? "", rest: turns.splice(at) };
}
