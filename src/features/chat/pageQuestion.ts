/** What the page asks, with the code that goes along: the selection with what it uses, and what the question names. */
import { HunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import type { Reference } from "../../common/panel.ts";
import { readSlashCommand } from "../../common/slashCommands.ts";
import { type EditorCode, selectedAttachment, selectedCode } from "../../host/editor.ts";
import { askedAbout } from "./askedCode.ts";
import type { AttachedCode, Question } from "./conversation.ts";
import { mentionsBeyond, type TypedMentions, typedMentions, withMentioned } from "./mentions.ts";
import { codeEditor } from "./pageActions.ts";
import { mentionedReferences, readReferences } from "./references.ts";
import type { NewWords } from "./session.ts";
import { slashQuestion, taskIn } from "./slashQuestion.ts";

export interface PageQuestion {
  text: string;
  references: readonly Reference[];
  /** The editor's selection goes along. */
  attachSelection: boolean;
}

/** @throws HunchError when code that goes along is gone, empty, too large or no text, or what is named is not there */
export async function pageQuestion({ text, references, attachSelection }: PageQuestion): Promise<Question> {
  const { selected, named } = await readCode(typedMentions(text), references, attachSelection);
  const slash = readSlashCommand(text);
  if (slash) return slashQuestion({ ...slash, text }, selected, named);
  return { task: "ask", text, ...(selected ? askedAbout(selected, named) : { code: named }) };
}

/** What the other words of a question say, and the code that goes along beside what it has. Throws as `pageQuestion`. */
export async function newWords(
  text: string,
  before: { text: string; code: readonly AttachedCode[] },
): Promise<NewWords> {
  if (text === before.text) return {};
  const mentions = mentionsBeyond(typedMentions(text), typedMentions(before.text));
  const { selected, named } = await readCode(mentions, [], false);
  if (before.code.length > 0) {
    const isThere = ({ piece: { label, startLine, code } }: AttachedCode) =>
      before.code.some(({ piece }) => piece.label === label && piece.startLine === startLine && piece.code === code);
    const code = [...(selected ? [selected] : []), ...named].filter((piece) => !isThere(piece));
    return { ...taskIn(text), code };
  }
  const slash = readSlashCommand(text);
  if (slash) return slashQuestion({ ...slash, text }, selected, named);
  return selected ? askedAbout(selected, named) : { code: named };
}

async function readCode(
  mentions: TypedMentions,
  references: readonly Reference[],
  attachSelection: boolean,
): Promise<{ selected: EditorCode | null; named: AttachedCode[] }> {
  const editor = codeEditor();
  const selection = editor && selectedAttachment(editor);
  if (mentions.selection && !selection)
    throw new HunchError("emptyInput", t("Nothing is selected in the editor."), {
      hint: t("Select some code, or remove #selection from the question."),
    });
  const selected = selection && (attachSelection || mentions.selection) ? selectedCode(editor) : null;
  const named = await readReferences(withMentioned(references, await mentionedReferences(mentions)));
  return { selected, named };
}
