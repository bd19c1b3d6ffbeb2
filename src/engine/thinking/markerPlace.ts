/**
 * Whether a marker written as plain text can stand where it is, or is quoted there. Each function sees what precedes
 * (as a context) and what follows as far as it is known; "wait" asks for more.
 */
import type { TextContext } from "./textContext.ts";

export type Verdict = "marker" | "text" | "wait";

/** Whether a closing marker ends something here. A line's start is always a place for it, code never. */
export function closeVerdict(context: TextContext, after: string, final: boolean): Verdict {
  if (context.inFence) return "text";
  if (context.atLineStart) return "marker";
  if (context.inInlineCode) {
    // A lone backtick is no code span: what counts is whether another one follows on this line.
    const next = /[`\n]/.exec(after)?.[0];
    return next === "`" ? "text" : next || final ? "marker" : "wait";
  }
  if (context.last === '"' || context.last === "'") {
    if (after === "") return final ? "marker" : "wait";
    if (after.startsWith(context.last)) return "text";
  }
  if (/[.!?:…)\]}"'`*>|]/.test(context.lastVisible)) return "marker";
  // Attached to a word, it is not part of a sentence.
  if (/[\p{L}\p{N}]/u.test(context.last)) return "marker";
  // In mid-sentence: a sentence that goes on names the marker, anything else follows it.
  const next = /[^ \t]/u.exec(after)?.[0];
  if (next === undefined) return final ? "marker" : "wait";
  return /[\p{Ll},.;:!?)\]}"'`]/u.test(next) ? "text" : "marker";
}

/** Whether an opening marker in the middle of a text begins a thought: only alone on its line, and not in code. */
export function ownLineVerdict(context: TextContext, after: string, final: boolean): Verdict {
  if (context.inFence || context.inInlineCode || !context.atLineStart) return "text";
  const next = /[^ \t\r]/.exec(after)?.[0];
  if (next === undefined) return final ? "marker" : "wait";
  return next === "\n" ? "marker" : "text";
}
