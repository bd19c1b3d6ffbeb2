/** `Hunch: Annotate Lines`: a short note at the end of each line, while it is being written and until it is edited. */

import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { fromErrorData } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import { runsText } from "../../common/panel.ts";
import { registerCommand } from "../../host/commands.ts";
import type { Ctx } from "../../host/ctx.ts";
import { activeEditor, codeInQuestion, type EditorCode, placeOf } from "../../host/editor.ts";
import { showInformation } from "../../host/messages.ts";
import { movedTo } from "../../host/renames.ts";
import type { CodePiece } from "../../prompts/compose.ts";
import type { Conversation } from "../chat/conversation.ts";
import type { ChatSession } from "../chat/session.ts";
import type { Sessions } from "../chat/sessions.ts";
import { ExplanationCache, explanationKey } from "../explain/cache.ts";
import { editsOf } from "../explain/edits.ts";
import type { LineEdit } from "../explain/lineRange.ts";
import { offerMissingModel } from "../models/download.ts";
import { followEdits } from "./follow.ts";
import { type LineNote, numbered, parseNotes, shorten } from "./parse.ts";

const drawMs = 150;

export function registerNotes(ctx: Ctx, sessions: Sessions): void {
  const notes = new Notes(ctx, sessions);
  ctx.own(notes);
  registerCommand(ctx, "hunch.annotateLines", () => notes.toggle());
}

/** The notes of a document, and the answer that is still adding to them. */
interface Annotated {
  uri: string;
  /** Changed in place. */
  notes: LineNote[];
  /** Of each change event since the code was read, which the model sees as it was then; null when no more notes come. */
  edits: LineEdit[][] | null;
  running: ChatSession | null;
}

class Notes {
  readonly #ctx: Ctx;
  readonly #sessions: Sessions;
  readonly #cache: ExplanationCache;
  /** By the document's URI. */
  readonly #documents = new Map<string, Annotated>();
  /** Documents whose file is being renamed: they close, and open under another name. */
  #renaming = new Set<string>();
  readonly #decoration = vscode.window.createTextEditorDecorationType({
    after: { margin: "0 0 0 3em", color: new vscode.ThemeColor("editorCodeLens.foreground"), fontStyle: "italic" },
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  readonly #subscriptions: vscode.Disposable[];

  constructor(ctx: Ctx, sessions: Sessions) {
    this.#ctx = ctx;
    this.#sessions = sessions;
    this.#cache = new ExplanationCache(ctx.extension.workspaceState, { storageKey: "notes.cache" });
    this.#subscriptions = [
      vscode.window.onDidChangeVisibleTextEditors(() => this.#draw()),
      vscode.workspace.onDidChangeTextDocument((change) => this.#follow(change)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#closed(uri.toString())),
      vscode.workspace.onWillRenameFiles((renaming) => {
        this.#renaming = new Set([...this.#documents.keys()].filter((uri) => movedTo(vscode.Uri.parse(uri), renaming)));
      }),
      vscode.workspace.onDidRenameFiles((renamed) => this.#filesMoved(renamed)),
    ];
  }

  /**
   * Takes the notes of the active document away; without any, asks for them. Resolves with the notes, which go on
   * following their lines.
   */
  async toggle(): Promise<readonly LineNote[]> {
    const uri = activeEditor().document.uri.toString();
    const shown = this.#documents.get(uri);
    // Where notes wait for a model there is nothing to take away: the offer is out of sight, and the user asks once more.
    const isWaiting = shown?.edits && !shown.running;
    if (shown && !isWaiting) {
      this.#clear(uri);
      return [];
    }
    const code = await codeInQuestion();
    const key = explanationKey({
      task: "annotate",
      question: "",
      code: [code.piece],
      settings: this.#ctx.settings.current,
    });
    const kept = this.#cache.get(key, { id: randomUUID(), title: "" });
    const annotated: Annotated = { uri, notes: [], edits: kept ? null : [], running: null };
    this.#documents.set(uri, annotated);
    if (!kept) return this.#annotate(annotated, code, key);
    this.#show(annotated, keptNotes(kept, code.piece));
    return annotated.notes;
  }

  async #annotate(annotated: Annotated, code: EditorCode, key: string): Promise<readonly LineNote[]> {
    let isThere = false;
    try {
      isThere = await offerMissingModel(this.#ctx);
    } finally {
      if (!isThere && this.#documents.get(annotated.uri) === annotated) this.#clear(annotated.uri);
    }
    // Refused; or closed or asked for once more while the model was downloaded.
    if (this.#documents.get(annotated.uri) !== annotated) return [];
    const session = this.#sessions.create();
    annotated.running = session;
    // The model saw the lines as they were: its notes go the way of all edits since.
    const read = (ended: boolean) => {
      const turn = session.conversation.turns.at(-1);
      const given = turn?.role === "assistant" ? parseNotes(runsText(turn.answer), code.piece, ended) : [];
      this.#show(annotated, (annotated.edits ?? []).reduce(followEdits, given));
      return given;
    };
    let timer: NodeJS.Timeout | null = null;
    const changing = session.onChange(({ type }) => {
      if (type !== "tokens") return;
      timer ??= setTimeout(() => {
        timer = null;
        read(false);
      }, drawMs);
    });
    const piece = numbered(code.piece);
    const text = t("Annotate {0}", placeOf(code));
    await session.ask({ task: "annotate", text, question: "", code: [{ piece, attachment: code.attachment }] });
    changing.dispose();
    if (timer) clearTimeout(timer);
    annotated.running = null;
    const turn = session.conversation.turns.at(-1);
    // Taken away while it was written.
    if (this.#documents.get(annotated.uri) !== annotated || turn?.role !== "assistant") return [];
    const given = read(true);
    annotated.edits = null;
    if (annotated.notes.length === 0) this.#clear(annotated.uri);
    if (turn.error) throw fromErrorData(turn.error);
    if (given.length > 0) await this.#cache.put(key, session.conversation);
    else if (turn.status !== "stopped")
      showInformation(t("Hunch: the model gave no notes on {0}. Try a larger model.", placeOf(code)));
    return annotated.notes;
  }

  #show(annotated: Annotated, notes: readonly LineNote[]): void {
    annotated.notes.splice(0, annotated.notes.length, ...notes);
    this.#draw();
  }

  #follow(change: vscode.TextDocumentChangeEvent): void {
    const annotated = this.#documents.get(change.document.uri.toString());
    if (!annotated || change.contentChanges.length === 0) return;
    const edits = editsOf(change);
    annotated.edits?.push(edits);
    this.#show(annotated, followEdits(annotated.notes, edits));
    // Else the command would take away what nobody sees.
    if (annotated.edits === null && annotated.notes.length === 0) this.#clear(annotated.uri);
  }

  #closed(uri: string): void {
    if (!this.#renaming.has(uri)) this.#clear(uri);
  }

  #filesMoved(renamed: vscode.FileRenameEvent): void {
    this.#renaming.clear();
    for (const [uri, annotated] of [...this.#documents]) {
      const now = movedTo(vscode.Uri.parse(uri), renamed)?.toString();
      if (!now) continue;
      this.#documents.delete(uri);
      this.#documents.set(now, annotated);
      annotated.uri = now;
    }
    this.#draw();
  }

  #draw(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const annotated = this.#documents.get(editor.document.uri.toString());
      editor.setDecorations(
        this.#decoration,
        (annotated?.notes ?? [])
          .filter(({ line }) => line < editor.document.lineCount)
          .map(({ line, text }) => ({
            range: editor.document.lineAt(line).range,
            hoverMessage: new vscode.MarkdownString().appendText(text),
            renderOptions: { after: { contentText: shorten(text) } },
          })),
      );
    }
  }

  #clear(key: string): void {
    this.#documents.get(key)?.running?.stop();
    if (this.#documents.delete(key)) this.#draw();
  }

  dispose(): void {
    for (const { running } of this.#documents.values()) running?.stop();
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#decoration.dispose();
  }
}

/** Of an answer about the same code, which may have stood on other lines then. */
function keptNotes({ turns, inputs }: Conversation, { startLine, endLine }: CodePiece): LineNote[] {
  const turn = turns.at(-1);
  if (turn?.role !== "assistant") return [];
  const before = inputs[turn.id]?.code[0]?.startLine ?? startLine;
  const lines = { startLine: before, endLine: before + endLine - startLine };
  return parseNotes(runsText(turn.answer), lines, true).map(({ line, text }) => ({
    line: line + startLine - before,
    text,
  }));
}
