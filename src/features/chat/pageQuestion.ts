/** What the page asks, with the code that goes along: the selection with what it uses, and what the question names. */
import { HunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import type { Reference } from "../../common/panel.ts";
import { readSlashCommand } from "../../common/slashCommands.ts";
import { selectedAttachment, selectedCode } from "../../host/editor.ts";
import { askedAbout } from "./askedCode.ts";
import type { Question } from "./conversation.ts";
import { typedMentions, withMentioned } from "./mentions.ts";
import { codeEditor } from "./pageActions.ts";
import { mentionedReferences, readReferences } from "./references.ts";
import { slashQuestion } from "./slashQuestion.ts";

export interface PageQuestion {
  text: string;
  references: readonly Reference[];
  /** The editor's selection goes along. */
  attachSelection: boolean;
}

/** @throws HunchError when code that goes along is gone, empty, too large or no text, or what is named is not there */
export async function pageQuestion({ text, references, attachSelection }: PageQuestion): Promise<Question> {
  const editor = codeEditor();
  const mentions = typedMentions(text);
  const selection = editor && selectedAttachment(editor);
  if (mentions.selection && !selection)
    throw new HunchError("emptyInput", t("Nothing is selected in the editor."), {
      hint: t("Select some code, or remove #selection from the question."),
    });
  const selected = selection && (attachSelection || mentions.selection) ? selectedCode(editor) : null;
  const named = await readReferences(withMentioned(references, await mentionedReferences(mentions)));
  const slash = readSlashCommand(text);
  if (slash) return slashQuestion({ ...slash, text }, selected, named);
  return { task: "ask", text, ...(selected ? askedAbout(selected, named) : { code: named }) };
}
