/** The list of conversations in words, and the search in it. Pure. */
import type { SessionSummary } from "../common/panel.ts";
import { count } from "./format.ts";

/** Conversations whose title or questions have every word of the query, in the order given. */
export function matchingSessions(sessions: readonly SessionSummary[], query: string): SessionSummary[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return sessions.filter(({ title, text }) => {
    const searched = `${title}\n${text}`.toLowerCase();
    return words.every((word) => searched.includes(word));
  });
}

/** "being answered · 2 questions", "3 h ago · 1 question"; `now` in ms since 1970. */
export function sessionFacts(session: SessionSummary, now: number): string {
  const questions = `${count(session.questionCount)} ${session.questionCount === 1 ? "question" : "questions"}`;
  return `${session.running ? "being answered" : ago(now - session.updatedAt)} · ${questions}`;
}

function ago(ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.floor(hours / 24);
  return days === 1 ? "yesterday" : `${count(days)} days ago`;
}
