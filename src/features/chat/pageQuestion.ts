/** What the page asks, with the code that goes along: the selection with what it uses, and what the question names. */
import type { Reference } from "../../common/panel.ts";
import { readSlashCommand } from "../../common/slashCommands.ts";
import { selectedAttachment, selectedCode } from "../../host/editor.ts";
import { askedAbout } from "./askedCode.ts";
import type { Question } from "./conversation.ts";
import { codeEditor } from "./pageActions.ts";
import { readReferences } from "./references.ts";
import { slashQuestion } from "./slashQuestion.ts";

export interface PageQuestion {
  text: string;
  references: readonly Reference[];
  /** The editor's selection goes along. */
  attachSelection: boolean;
}

/** @throws HunchError when code that goes along is gone, empty, too large or no text */
export async function pageQuestion({ text, references, attachSelection }: PageQuestion): Promise<Question> {
  const editor = codeEditor();
  const selected = editor && attachSelection && selectedAttachment(editor) ? selectedCode(editor) : null;
  const named = await readReferences(references);
  const slash = readSlashCommand(text);
  if (slash) return slashQuestion({ ...slash, text }, selected, named);
  return { task: "ask", text, ...(selected ? await askedAbout(selected, named) : { code: named }) };
}
