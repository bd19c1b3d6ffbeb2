/**
 * A conversation as one Markdown document: questions quoted, thoughts folded, answers as they are, but for what a preview
 * of it would fetch: an address made up by a file that the model read could carry what else it read to someone. Pure.
 */
import { t } from "../../common/l10n.ts";
import { type Attachment, runsText, type Turn } from "../../common/panel.ts";
import type { OtherThought } from "../../common/protocol.ts";
import { fateText } from "../../common/thoughtFates.ts";
import { fenceFor } from "../../prompts/code.ts";
import { closeFence, withoutAnythingActive } from "../explain/markdown.ts";
import type { Conversation } from "./conversation.ts";

export function exportMarkdown(conversation: Pick<Conversation, "title" | "turns">): string {
  const parts = [`# ${oneLine(conversation.title) || t("Chat")}`, ...conversation.turns.map(turnMarkdown)];
  // As a whole: a picture of one turn may have its address in another.
  return withoutAnythingActive(`${parts.filter((part) => part !== "").join("\n\n")}\n`);
}

function turnMarkdown(turn: Turn): string {
  if (turn.role === "user") {
    const attached = turn.attachments.map((attachment) => `- \`${placeOf(attachment)}\``).join("\n");
    return [`## ${t("Question")}`, quoted(turn.text), attached].filter((part) => part !== "").join("\n\n");
  }
  const thought = runsText(turn.thinking).trim();
  const parts = [`## ${t("Answer")}`];
  // Quoted, so that no markup of a thought can end the fold.
  if (thought !== "") parts.push(`<details><summary>${t("Thought")}</summary>\n\n${quoted(thought)}\n\n</details>`);
  const { otherThoughts: others = [] } = turn;
  if (others.length > 0) {
    const summary = others.length === 1 ? t("1 other thought") : t("{0} other thoughts", others.length);
    parts.push(`<details><summary>${summary}</summary>\n\n${others.map(otherMarkdown).join("\n\n")}\n\n</details>`);
  }
  const answer = runsText(turn.answer).trim();
  // One that was cut off within code would make code of what follows.
  if (answer !== "") parts.push(closeFence(answer));
  if (turn.status === "stopped") parts.push(`*${t("Stopped.")}*`);
  if (turn.error) parts.push(`*${oneLine(turn.error.message)}*`);
  return parts.join("\n\n");
}

function otherMarkdown({ text, tokens, trial, fate }: OtherThought): string {
  const cameTo = trial === null ? t("No short answer") : code(oneLine(trial));
  return `${cameTo} · ${t("{0} tokens", tokens)} · ${fateText(fate)}\n\n${quoted(text)}`;
}

/** As code, so that nothing in it is markup. */
function code(text: string): string {
  const fence = fenceFor(text, 1);
  return text.includes("`") ? `${fence} ${text} ${fence}` : `${fence}${text}${fence}`;
}

function placeOf({ label, startLine, endLine }: Attachment): string {
  const name = oneLine(label).replaceAll("`", "'");
  return startLine === endLine ? `${name}:${startLine}` : `${name}:${startLine}-${endLine}`;
}

function quoted(text: string): string {
  return text
    .trim()
    .split("\n")
    .map((line) => `> ${line}`.trimEnd())
    .join("\n");
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
