/** What a thread says about the problems that the editor reports: when it is opened, and when it is asked anew. */

import * as vscode from "vscode";
import { HunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import type { EditorCode } from "../../host/editor.ts";
import { diagnosticsIn, toProblem } from "../../host/problems.ts";
import { describeProblems, describes, type Problem } from "../../prompts/problems.ts";
import type { ThreadQuestion } from "./explanation.ts";

/** Of Find Bugs: beside what it finds itself. */
export function bugsQuestion({ document, range }: EditorCode): string {
  return describeProblems(diagnosticsIn(document.uri, range).map(toProblem));
}

export function problemQuestion(problems: readonly Problem[]): string {
  return `${describeProblems(problems)}\nExplain what that means for this code, and how to correct it.`;
}

/**
 * The question of a thread about its code as it is now. Of several problems, those that it was about stay.
 * @param shown lines under which the thread stands
 * @throws HunchError usage when the problem of the thread is gone
 */
export function questionNow(question: ThreadQuestion, code: EditorCode, shown: vscode.Range): ThreadQuestion {
  switch (question.task) {
    case "findBugs":
      return { ...question, question: bugsQuestion(code) };
    case "ask":
      return { ...question, question: problemQuestion(problemsNow(question.question ?? "", code, shown)) };
    default:
      return question;
  }
}

function problemsNow(before: string, { document }: EditorCode, shown: vscode.Range): Problem[] {
  const lines = new vscode.Range(shown.start.line, 0, shown.end.line, Number.MAX_SAFE_INTEGER);
  const reported = diagnosticsIn(document.uri, lines).map(toProblem);
  if (reported.length === 0)
    throw new HunchError("usage", t("The editor reports no problem here."), {
      hint: t("What this explanation is about may be solved, or the editor has not looked at the file yet."),
    });
  const same = reported.filter((problem) => describes(before, problem));
  return same.length > 0 ? same : reported;
}
