/** Runs a task whose answer becomes a change: shown as a notification that counts along and can be cancelled. */

import * as vscode from "vscode";
import { fromErrorData, HunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import { type AssistantTurn, runsText } from "../../common/panel.ts";
import { withProgress } from "../../host/messages.ts";
import type { Question } from "../chat/conversation.ts";
import type { ChatSession } from "../chat/session.ts";

/** Resolves with the answer; null when the user stopped it. Throws the turn's error, or unusableAnswer when it was cut off. */
export async function answerOf(session: ChatSession, question: Question): Promise<string | null> {
  const turn = await withProgress(
    { location: vscode.ProgressLocation.Notification, title: `Hunch: ${question.text}`, cancellable: true },
    async (progress, token) => {
      const stopping = token.onCancellationRequested(() => session.stop());
      const counting = session.onChange((change) => {
        const running = change.type === "turns" ? session.running : change.turn;
        if (running) progress.report({ message: progressText(running) });
      });
      try {
        await session.ask(question);
      } finally {
        stopping.dispose();
        counting.dispose();
      }
      return session.conversation.turns.at(-1);
    },
  );
  if (turn?.role !== "assistant") throw new Error("A question was asked and has no turn for its answer.");
  if (turn.error) throw fromErrorData(turn.error);
  if (turn.status === "stopped") return null;
  if (turn.stopReason !== "stop")
    throw new HunchError(
      "unusableAnswer",
      t("The answer was cut off at its limit of tokens, so its code is not whole."),
      {
        hint: t("Select less code, lower the effort, or raise the setting hunch.maxTokens."),
      },
    );
  return runsText(turn.answer);
}

function progressText(turn: AssistantTurn): string {
  switch (turn.status) {
    case "lookup":
      return t("looking up what the code uses");
    case "queued":
      return t("waiting for another question");
    case "loading":
      return t("loading the model");
    case "prefill":
      return turn.prefill
        ? t("reading {0} of {1} tokens", turn.prefill.processedTokens, turn.prefill.totalTokens)
        : t("reading");
    case "thinking":
      return t("thinking, {0} tokens", turn.live?.thinkingTokens ?? 0);
    case "answering":
      return t("writing, {0} tokens", turn.live?.answerTokens ?? 0);
    case "done":
    case "stopped":
    case "failed":
      return t("done");
  }
}
