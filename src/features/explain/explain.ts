/** Explanations in the code: commands that answer in a comment thread under it, and the buttons of those threads. */

import * as vscode from "vscode";
import { t } from "../../common/l10n.ts";
import { registerCommand } from "../../host/commands.ts";
import type { Ctx } from "../../host/ctx.ts";
import { activeEditor, codeInQuestion, symbolAt } from "../../host/editor.ts";
import { type ProblemPlace, problemInQuestion } from "../../host/problems.ts";
import type { Chat } from "../chat/chat.ts";
import type { Sessions } from "../chat/sessions.ts";
import type { Explanation } from "./explanation.ts";
import { Explanations } from "./explanations.ts";
import { bugsQuestion, problemQuestion } from "./reportedProblems.ts";

/** Where a lens or a hover stands: the line of the definition's name, 0-based. */
export interface SymbolPlace {
  uri: string;
  line: number;
}

export function registerExplain(ctx: Ctx, sessions: Sessions, chat: Chat): Explanations {
  const explanations = new Explanations(ctx, sessions, chat);
  ctx.own(explanations);
  registerCommand(ctx, "hunch.explainSelection", async () =>
    explanations.open(await codeInQuestion(), { task: "explain", verb: t("Explain") }),
  );
  registerCommand(ctx, "hunch.explainSymbol", async (place?: SymbolPlace) =>
    explanations.open(await symbolIn(place), { task: "explain", verb: t("Explain") }),
  );
  registerCommand(ctx, "hunch.findBugs", async () => {
    const code = await codeInQuestion();
    return explanations.open(code, { task: "findBugs", verb: t("Find bugs in"), question: bugsQuestion(code) });
  });
  registerCommand(ctx, "hunch.explainProblem", async (place?: ProblemPlace) => {
    const { code, range, problems } = await problemInQuestion(place);
    const question = problemQuestion(problems);
    return explanations.open(code, { task: "ask", verb: t("Explain the problem in"), question }, { shown: range });
  });
  registerThreadCommands(ctx, explanations, chat);
  return explanations;
}

async function symbolIn(place?: SymbolPlace) {
  if (place) return symbolAt(await vscode.workspace.openTextDocument(vscode.Uri.parse(place.uri)), place.line);
  const { document, selection } = activeEditor();
  return symbolAt(document, selection.active.line);
}

function registerThreadCommands(ctx: Ctx, explanations: Explanations, chat: Chat): void {
  registerCommand(ctx, "hunch.thread.reply", (reply: vscode.CommentReply) => explanations.reply(reply));
  const onThread = (act: (explanation: Explanation) => unknown) => (thread: vscode.CommentThread) => {
    const explanation = explanations.of(thread);
    return explanation && act(explanation);
  };
  registerCommand(
    ctx,
    "hunch.thread.stop",
    onThread(({ session }) => session.stop()),
  );
  registerCommand(
    ctx,
    "hunch.thread.answerNow",
    onThread(({ session }) => session.answerNow()),
  );
  registerCommand(
    ctx,
    "hunch.thread.continue",
    onThread(({ session }) => {
      const last = session.conversation.turns.at(-1);
      return last && session.continue(last.id);
    }),
  );
  registerCommand(
    ctx,
    "hunch.thread.again",
    onThread((explanation) => explanations.again(explanation)),
  );
  registerCommand(
    ctx,
    "hunch.thread.openInChat",
    onThread(({ session }) => chat.show(session)),
  );
  registerCommand(
    ctx,
    "hunch.thread.delete",
    onThread((explanation) => explanations.delete(explanation)),
  );
}
