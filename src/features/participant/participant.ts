/** `@hunch` in VS Code's own chat, with slash commands for the tasks. The model is Hunch's, whichever the chat has picked. */

import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { languageModelVendor, participantId } from "../../common/commands.ts";
import { fromErrorData, HunchError, isHunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import { slashCommands } from "../../common/slashCommands.ts";
import { registerCommand } from "../../host/commands.ts";
import type { Ctx } from "../../host/ctx.ts";
import { type EditorCode, selectedAttachment, selectedCode } from "../../host/editor.ts";
import { askedAbout } from "../chat/askedCode.ts";
import { inputOf, type Question } from "../chat/conversation.ts";
import type { ChatSession } from "../chat/session.ts";
import type { Sessions } from "../chat/sessions.ts";
import { slashQuestion } from "../chat/slashQuestion.ts";
import { offerMissingModel } from "../models/download.ts";
import { attachedCode } from "./attachedCode.ts";
import { conversationOf, type Exchange } from "./history.ts";

export function registerParticipant(ctx: Ctx, sessions: Sessions): void {
  registerCommand(ctx, "hunch.askInChat", () => askInChat(ctx));
  // Builds of VS Code without chat have no participants.
  if (typeof vscode.chat?.createChatParticipant !== "function") return;
  const participant = ctx.own(
    vscode.chat.createChatParticipant(participantId, (request, context, stream, token) =>
      answer(ctx, sessions, { request, context, stream, token }),
    ),
  );
  participant.iconPath = vscode.Uri.joinPath(ctx.extension.extensionUri, "media", "icon.png");
}

/**
 * Opens VS Code's chat ready for `@hunch`. Whomever a question is for, that chat takes it only with a model chosen, and its
 * agent mode offers only models that use tools: without an account for others, it has none until this chooses ours.
 */
async function askInChat(ctx: Ctx): Promise<void> {
  if (typeof vscode.chat?.createChatParticipant !== "function")
    throw new HunchError("backendUnavailable", t("This build of VS Code has no chat of its own."), {
      hint: t("Ask in Hunch's own chat: “Hunch: Ask…”."),
    });
  if (!(await offerMissingModel(ctx))) return;
  await vscode.commands.executeCommand("workbench.action.chat.open", {
    query: "@hunch ",
    isPartialQuery: true,
    mode: "ask",
    modelSelector: { vendor: languageModelVendor },
  });
}

interface Asked {
  request: vscode.ChatRequest;
  context: vscode.ChatContext;
  stream: vscode.ChatResponseStream;
  token: vscode.CancellationToken;
}

async function answer(ctx: Ctx, sessions: Sessions, asked: Asked): Promise<vscode.ChatResult> {
  const { request, context, stream, token } = asked;
  try {
    const question = await questionOf(request);
    if (!(await offerMissingModel(ctx))) return {};
    const session = sessions.create(conversationOf(randomUUID(), exchangesOf(context.history)));
    await streamAnswer(session, question, stream, token);
    const turn = session.conversation.turns.at(-1);
    if (turn?.role !== "assistant") return {};
    if (turn.error) throw fromErrorData(turn.error);
    const metadata: AnswerMetadata = { sent: inputOf(session.conversation, turn).sent };
    return { metadata };
  } catch (error) {
    if (!isHunchError(error)) throw error;
    ctx.log.error("@hunch", error);
    return { errorDetails: { message: `${error.message} ${error.hint}`.trim() } };
  }
}

/** What VS Code keeps with an answer: a selection, for one, is in none of the references of its question. */
interface AnswerMetadata {
  sent: string;
}

async function streamAnswer(
  session: ChatSession,
  question: Question,
  stream: vscode.ChatResponseStream,
  token: vscode.CancellationToken,
): Promise<void> {
  // With the markdown parser, which activation should not pay for.
  const { SafeStream } = await import("./safeStream.ts");
  const safe = new SafeStream((markdown) => stream.markdown(markdown));
  let said = "";
  const say = (text: string) => {
    if (text !== said) stream.progress(text);
    said = text;
  };
  const changing = session.onChange((change) => {
    if (change.type === "tokens")
      safe.push(change.tokens.map(({ segment, text }) => (segment === "answer" ? text : "")).join(""));
    else if (change.type === "turn" && change.turn.status === "loading") say(t("Loading the model"));
    else if (change.type === "turn" && change.turn.status === "thinking") say(t("Thinking"));
  });
  const stopping = token.onCancellationRequested(() => session.stop());
  try {
    await session.ask(question);
  } finally {
    changing.dispose();
    stopping.dispose();
  }
  safe.end();
  const turn = session.conversation.turns.at(-1);
  for (const { message } of turn?.role === "assistant" ? turn.notices : [])
    stream.markdown(new vscode.MarkdownString("\n\n").appendText(message));
}

async function questionOf({ command, prompt, references }: vscode.ChatRequest): Promise<Question> {
  const slash = slashCommands.find((candidate) => candidate === command);
  const attached = await attachedCode(references);
  const text = prompt.trim();
  if (slash) {
    const [subject = null, ...others] = attached;
    return slashQuestion({ command: slash, rest: text, text: text || `/${slash}` }, subject, others);
  }
  const selected = attached.length === 0 && selectedAttachment() ? codeOfSelection() : null;
  const code = selected ? askedAbout(selected) : { code: attached };
  return { task: "ask", text: text || t("Explain this code."), ...code };
}

function codeOfSelection(): EditorCode | null {
  const editor = vscode.window.activeTextEditor;
  return editor ? selectedCode(editor) : null;
}

function exchangesOf(history: vscode.ChatContext["history"]): Exchange[] {
  const exchanges: Exchange[] = [];
  for (const turn of history) {
    if (turn instanceof vscode.ChatRequestTurn) {
      const prompt = [turn.command ? `/${turn.command}` : "", turn.prompt].filter((part) => part !== "").join(" ");
      exchanges.push({ prompt, answer: "" });
      continue;
    }
    const last = exchanges.at(-1);
    if (!last) continue;
    const text = turn.response.map((part) => (part instanceof vscode.ChatResponseMarkdownPart ? part.value.value : ""));
    last.answer += text.join("");
    const { sent }: Partial<AnswerMetadata> = turn.result.metadata ?? {};
    if (typeof sent === "string" && sent !== "") last.sent = sent;
  }
  return exchanges;
}
