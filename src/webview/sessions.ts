/** The list of conversations in words, and the search in it. Pure. */
import { t } from "../common/l10n.ts";
import type { SessionSummary } from "../common/panel.ts";
import { count } from "./format.ts";

/** What the host found for a query in whole conversations. */
export interface FoundSessions {
  query: string;
  ids: readonly string[];
}

/** The host is asked from so many characters on: one alone is in every answer. */
const minSearch = 2;

/** What the host is asked for, the query in its words; null when the list alone has to do. */
export function hostQuery(query: string): string | null {
  const wanted = query.trim();
  return wanted.length < minSearch ? null : wanted;
}

/**
 * Conversations whose title or questions have every word of the query, and those of which the host found that in an
 * answer, in the order given.
 */
export function matchingSessions(
  sessions: readonly SessionSummary[],
  query: string,
  found: FoundSessions | null,
): SessionSummary[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const ids = new Set(found !== null && found.query === hostQuery(query) ? found.ids : []);
  return sessions.filter(({ id, title, text }) => {
    const searched = `${title}\n${text}`.toLowerCase();
    return ids.has(id) || words.every((word) => searched.includes(word));
  });
}

/** "being answered · 2 questions", "3 h ago · 1 question"; `now` in ms since 1970. */
export function sessionFacts(session: SessionSummary, now: number): string {
  const { questionCount } = session;
  const questions = questionCount === 1 ? t("1 question") : t("{0} questions", count(questionCount));
  return `${session.running ? t("being answered") : ago(now - session.updatedAt)} · ${questions}`;
}

function ago(ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / 60_000);
  if (minutes < 1) return t("just now");
  if (minutes < 60) return t("{0} min ago", minutes);
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return t("{0} h ago", hours);
  const days = Math.floor(hours / 24);
  return days === 1 ? t("yesterday") : t("{0} days ago", count(days));
}
