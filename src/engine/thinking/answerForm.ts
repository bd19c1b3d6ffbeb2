/**
 * The form that an answer has to have, where somebody said so: small models forget it, above all after a thought that was
 * cut short. Where an answer would end without it, Hunch begins that part and the model completes it. Pure.
 */
import type { AnswerForm } from "../../common/thinkingControls.ts";
import { TextContext } from "./textContext.ts";

/** Tokens kept for the part that is asked for, should the answer not have come to it. */
export const formReserve: Readonly<Record<AnswerForm["kind"], number>> = { line: 48, codeBlock: 192 };

/** The answer has what was asked for. */
export function holdsForm(answer: string, form: AnswerForm): boolean {
  switch (form.kind) {
    case "line":
      return lineAfter(answer, form.lead).text.trim() !== "";
    case "codeBlock":
      return blocks(answer).some(({ isClosed }) => isClosed);
  }
}

/** What Hunch writes behind the answer for the model to go on from: the beginning of what is missing, or its end. */
export function missingPart(answer: string, form: AnswerForm): string {
  const { fence } = contextOf(answer);
  const gap = answer.trim() === "" ? "" : answer.endsWith("\n") ? "\n" : "\n\n";
  switch (form.kind) {
    case "line": {
      // The model has begun the line itself and left it empty: it goes on from there (no space, see answerOpener).
      if (lineAfter(answer, form.lead).isLast) return "";
      return `${fence === null ? gap : `${answer.endsWith("\n") ? "" : "\n"}${fence}\n\n`}${form.lead}`;
    }
    case "codeBlock": {
      const last = blocks(answer).at(-1);
      if (fence === null || !last) return `${gap}\`\`\`\n`;
      return last.hasCode ? `${answer.endsWith("\n") ? "" : "\n"}${fence}` : "\n";
    }
  }
}

/** The part that Hunch began is complete. @param part what follows the answer as it was before that */
export function completesForm(part: string, answer: string, form: AnswerForm): boolean {
  if (form.kind === "codeBlock") return holdsForm(answer, form);
  const line = part.trimStart();
  return (line.startsWith(form.lead) ? line.slice(form.lead.length) : line).trimStart().includes("\n");
}

/** What follows the lead where it begins a line, ornaments aside; `isLast`: the line is there, with nothing behind it. */
function lineAfter(answer: string, lead: string): { text: string; isLast: boolean } {
  const escaped = lead.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const found = [...answer.matchAll(new RegExp(`^[ \\t>*_#\`-]*${escaped}[*_\`]*`, "gim"))].at(-1);
  const text = found ? answer.slice(found.index + found[0].length) : "";
  return { text, isLast: found !== undefined && text.trim() === "" };
}

function contextOf(answer: string): TextContext {
  const context = new TextContext();
  // An open fence is told at the end of its line.
  context.feed(answer.endsWith("\n") ? answer : `${answer}\n`);
  return context;
}

/** Not blank, nor ornament, nor one more line that would open a block, as small models write when they do not know on. */
function isCode(line: string): boolean {
  return !/^ {0,3}(`{3,}|~{3,})/.test(line) && /[\p{L}\p{N}()[\]{}]/u.test(line);
}

/** The fenced blocks with code in them, and the one that is open. */
function blocks(answer: string): { hasCode: boolean; isClosed: boolean }[] {
  const context = new TextContext();
  const found: { hasCode: boolean; isClosed: boolean }[] = [];
  for (const line of answer.split("\n")) {
    const before = context.fence;
    context.feed(`${line}\n`);
    const last = found.at(-1);
    if (before === null && context.fence !== null) found.push({ hasCode: false, isClosed: false });
    else if (before !== null && context.fence === null && last) last.isClosed = last.hasCode;
    else if (before !== null && last) last.hasCode ||= isCode(line);
  }
  return found.filter(({ hasCode }, i) => hasCode || (i === found.length - 1 && context.fence !== null));
}
