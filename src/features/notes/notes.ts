/** `Hunch: Annotate Lines`: a short note at the end of each line, while it is being written and until it is edited. */

import * as vscode from "vscode";
import { fromErrorData } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import { runsText } from "../../common/panel.ts";
import { registerCommand } from "../../host/commands.ts";
import type { Ctx } from "../../host/ctx.ts";
import { activeEditor, codeInQuestion, type EditorCode, placeOf } from "../../host/editor.ts";
import type { ChatSession } from "../chat/session.ts";
import type { Sessions } from "../chat/sessions.ts";
import { shiftRange } from "../explain/lineRange.ts";
import { offerMissingModel } from "../models/download.ts";
import { type LineNote, numbered, parseNotes, shorten } from "./parse.ts";

const drawMs = 150;

export function registerNotes(ctx: Ctx, sessions: Sessions): void {
  const notes = new Notes(ctx, sessions);
  ctx.own(notes);
  registerCommand(ctx, "hunch.annotateLines", () => notes.toggle());
}

/** The notes of a document, and the answer that is still adding to them. */
interface Annotated {
  notes: LineNote[];
  running: ChatSession | null;
}

class Notes {
  readonly #ctx: Ctx;
  readonly #sessions: Sessions;
  /** By the document's URI. */
  readonly #documents = new Map<string, Annotated>();
  readonly #decoration = vscode.window.createTextEditorDecorationType({
    after: { margin: "0 0 0 3em", color: new vscode.ThemeColor("editorCodeLens.foreground"), fontStyle: "italic" },
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  readonly #subscriptions: vscode.Disposable[];

  constructor(ctx: Ctx, sessions: Sessions) {
    this.#ctx = ctx;
    this.#sessions = sessions;
    this.#subscriptions = [
      vscode.window.onDidChangeVisibleTextEditors(() => this.#draw()),
      vscode.workspace.onDidChangeTextDocument((change) => this.#follow(change)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#clear(uri.toString())),
    ];
  }

  /** Takes the notes of the active document away; without any, asks for them. Resolves with those shown at the end. */
  async toggle(): Promise<readonly LineNote[]> {
    const key = activeEditor().document.uri.toString();
    if (this.#documents.has(key)) {
      this.#clear(key);
      return [];
    }
    const code = await codeInQuestion();
    if (!(await offerMissingModel(this.#ctx))) return [];
    return this.#annotate(key, code);
  }

  async #annotate(key: string, code: EditorCode): Promise<readonly LineNote[]> {
    const session = this.#sessions.create();
    const annotated: Annotated = { notes: [], running: session };
    this.#documents.set(key, annotated);
    const { version } = code.document;
    const read = (ended: boolean) => {
      const turn = session.conversation.turns.at(-1);
      // After an edit the lines have other numbers than the model saw: what came before is kept and follows.
      if (turn?.role !== "assistant" || code.document.version !== version) return;
      annotated.notes = parseNotes(runsText(turn.answer), code.piece, ended);
      this.#draw();
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
    if (this.#documents.get(key) !== annotated || turn?.role !== "assistant") return [];
    read(true);
    if (annotated.notes.length === 0) this.#clear(key);
    if (turn.error) throw fromErrorData(turn.error);
    if (annotated.notes.length === 0 && turn.status !== "stopped")
      vscode.window.showInformationMessage(
        t("Hunch: the model gave no notes on {0}. Try a larger model.", placeOf(code)),
      );
    return annotated.notes;
  }

  #follow({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const annotated = this.#documents.get(document.uri.toString());
    if (!annotated || contentChanges.length === 0) return;
    const edits = contentChanges.map(({ range, text }) => ({
      startLine: range.start.line,
      startCharacter: range.start.character,
      endLine: range.end.line,
      insertedBreaks: text.split("\n").length - 1,
    }));
    // A note on a line that is edited is no longer about it; a line pushed down from its start is the same line.
    const touched = (line: number) =>
      edits.some(
        (edit) =>
          edit.startLine <= line &&
          line <= edit.endLine &&
          !(edit.startLine === edit.endLine && edit.startCharacter === 0 && edit.insertedBreaks > 0),
      );
    annotated.notes = annotated.notes
      .filter(({ line }) => !touched(line))
      .map(({ line, text }) => ({ line: shiftRange({ startLine: line, endLine: line }, edits).startLine, text }));
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
