/** The commands that work on code and do not answer in a comment thread: changes with a preview, and overviews in the chat. */

import * as vscode from "vscode";
import { HunchError, isHunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import type { AssistantTurn } from "../../common/panel.ts";
import { registerCommand } from "../../host/commands.ts";
import type { Ctx } from "../../host/ctx.ts";
import { activeEditor, activeNotebook, cellsOf, codeInQuestion, placeOf, wholeFile } from "../../host/editor.ts";
import { rootOf, uncommittedChanges } from "../../host/git.ts";
import { showWarning } from "../../host/messages.ts";
import { guarded } from "../../host/notify.ts";
import { type ProblemPlace, problemInQuestion } from "../../host/problems.ts";
import { describeProblems } from "../../prompts/problems.ts";
import { taskCode } from "../chat/askedCode.ts";
import type { Chat } from "../chat/chat.ts";
import type { Question } from "../chat/conversation.ts";
import { codeEditor } from "../chat/pageActions.ts";
import type { Sessions } from "../chat/sessions.ts";
import { offerMissingModel } from "../models/download.ts";
import { answerOf } from "./answer.ts";
import { changedCode } from "./changedCode.ts";
import { registerCodeActions } from "./codeActions.ts";
import { docCommentOf, fixOf, testFileOf, testsOf } from "./edits.ts";
import type { Change, Proposals } from "./proposals.ts";

export function registerActions(ctx: Ctx, sessions: Sessions, chat: Chat, proposals: Proposals): void {
  const actions = new Actions(ctx, sessions, chat, proposals);
  registerCommand(ctx, "hunch.explainFile", () => actions.explainFile());
  registerCommand(ctx, "hunch.explainChanges", (source?: unknown) => actions.explainChanges(rootOf(source)));
  registerCommand(ctx, "hunch.fixProblem", (place?: ProblemPlace) => actions.fixProblem(place));
  registerCommand(ctx, "hunch.writeTests", () => actions.writeTests());
  registerCommand(ctx, "hunch.writeDocComment", () => actions.writeDocComment());
  registerCommand(ctx, "hunch.applyProposal", (uri?: vscode.Uri) => proposals.apply(uri));
  registerCommand(ctx, "hunch.discardProposal", (uri?: vscode.Uri) => proposals.discard(uri));
  registerCodeActions(ctx);
}

class Actions {
  readonly #ctx: Ctx;
  readonly #sessions: Sessions;
  readonly #chat: Chat;
  readonly #proposals: Proposals;

  constructor(ctx: Ctx, sessions: Sessions, chat: Chat, proposals: Proposals) {
    this.#ctx = ctx;
    this.#sessions = sessions;
    this.#chat = chat;
    this.#proposals = proposals;
  }

  async explainFile(): Promise<AssistantTurn | null> {
    const notebook = activeNotebook();
    const uri = notebook?.uri ?? activeEditor().document.uri;
    const code = notebook ? cellsOf(notebook) : [wholeFile(activeEditor().document)];
    const text = t("Explain {0}", vscode.workspace.asRelativePath(uri));
    return this.#inChat({ task: "explain", text, question: "", code });
  }

  /** @param root of the repository; without one it is that of the file in the editor */
  async explainChanges(root?: vscode.Uri): Promise<AssistantTurn | null> {
    const changes = await uncommittedChanges(root ?? codeEditor()?.document.uri, t("Hunch: Explain Changes"));
    if (!changes) return null;
    const { code, textless } = changedCode(changes);
    if (code.length === 0)
      throw new HunchError("emptyInput", t("There are no uncommitted changes of text in {0}.", changes.repository), {
        hint: t("Files that Git does not track yet count once they are staged."),
      });
    const question = textless.length > 0 ? `Also changed, without text to show: ${textless.join(", ")}.` : "";
    return this.#inChat({ task: "changes", text: t("Explain the changes in {0}", changes.repository), question, code });
  }

  /** Resolves with the proposal's URI when its diff is on screen. */
  async fixProblem(place?: ProblemPlace): Promise<vscode.Uri | null> {
    const found = await problemInQuestion(place);
    const first = found.problems[0];
    const question: Question = {
      task: "fix",
      text: t("Fix line {0} of {1}", first?.line ?? "?", found.code.attachment.label),
      question: "",
      problems: describeProblems(found.problems),
      ...taskCode(found.code),
    };
    return this.#propose(question, async (answer) => fixOf(found, answer));
  }

  async writeDocComment(): Promise<vscode.Uri | null> {
    const code = await codeInQuestion();
    const question: Question = {
      task: "docs",
      text: t("Document {0}", placeOf(code)),
      question: "",
      ...taskCode(code),
    };
    return this.#propose(question, async (answer) => docCommentOf(code, answer));
  }

  async writeTests(): Promise<vscode.Uri | null> {
    const code = await codeInQuestion();
    const question: Question = {
      task: "tests",
      text: t("Write tests for {0}", placeOf(code)),
      question: "",
      ...taskCode(code),
    };
    return this.#propose(question, async (answer) => testFileOf(code.document, testsOf(answer)));
  }

  /**
   * Asks, and shows what `toChange` makes of the answer. The conversation is a chat of the list: there an answer without a
   * usable change can be read, one that was cut off continued, and a change that was not made when the window closed applied.
   */
  async #propose(
    question: Question,
    toChange: (answer: string) => Promise<Change | vscode.Uri>,
  ): Promise<vscode.Uri | null> {
    if (!(await offerMissingModel(this.#ctx))) return null;
    const session = this.#sessions.create();
    this.#chat.keep(session);
    try {
      const answer = await answerOf(session, question);
      if (answer === null) return null;
      const change = await toChange(answer);
      if (change instanceof vscode.Uri) return change;
      const turnId = session.conversation.turns.at(-1)?.id ?? "";
      return await this.#proposals.show({
        title: question.text,
        change,
        onApplied: () => this.#chat.applied(session, turnId),
      });
    } catch (error) {
      if (!isHunchError(error) || error.code !== "unusableAnswer") throw error;
      const show = () => this.#chat.open(session.conversation.id);
      void this.#offerAnswer(error, () => guarded(this.#ctx.log, "show the answer", show));
      return null;
    }
  }

  async #offerAnswer({ message, hint }: HunchError, show: () => Promise<void>): Promise<void> {
    const button = t("Show Answer");
    if ((await showWarning(`Hunch: ${message} ${hint}`, button)) === button) await show();
  }

  async #inChat(question: Question): Promise<AssistantTurn | null> {
    if (this.#chat.running)
      throw new HunchError("usage", t("The chat is still answering."), {
        hint: t("Ask when it has ended, or stop it first."),
      });
    await this.#chat.view.focus();
    return this.#chat.askTask(question);
  }
}
