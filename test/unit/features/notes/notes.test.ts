/** Hunch: Annotate Lines, in an editor that has one document of two lines, with an engine that has a note on both. */
import { beforeEach, expect, it, vi } from "vitest";
import type * as VsCode from "vscode";
import { newConversation } from "../../../../src/features/chat/conversation.ts";
import { ChatSession } from "../../../../src/features/chat/session.ts";
import type { Sessions } from "../../../../src/features/chat/sessions.ts";
import type { LineNote } from "../../../../src/features/notes/parse.ts";
import type { Ctx } from "../../../../src/host/ctx.ts";
import { services } from "../chat/sessionSupport.ts";
import { type Change, edited } from "../editSupport.ts";
import { model, result, tokens } from "../support.ts";
import { Position, Range, textDocument } from "../textDocument.ts";

const uri = { scheme: "file", toString: () => "file:///w/a.ts" };
let text: string;
let toggle: () => Promise<readonly LineNote[]>;
let changed: (change: VsCode.TextDocumentChangeEvent) => void;

vi.mock("vscode", () => {
  const nothing = () => ({ dispose: () => {} });
  return {
    Position,
    Range,
    ThemeColor: class {},
    DecorationRangeBehavior: {},
    SymbolKind: {},
    DiagnosticSeverity: {},
    commands: {
      registerCommand: (_id: string, handler: typeof toggle) => {
        toggle = handler;
        return nothing();
      },
    },
    window: {
      get activeTextEditor() {
        const document = textDocument(uri, text, "typescript");
        return { document, selection: document.validateRange(new Range(0, 0, 9, 0)) };
      },
      visibleTextEditors: [],
      createTextEditorDecorationType: nothing,
      onDidChangeVisibleTextEditors: nothing,
    },
    workspace: {
      notebookDocuments: [],
      asRelativePath: () => "a.ts",
      onDidChangeTextDocument: (listener: typeof changed) => {
        changed = listener;
        return nothing();
      },
      onDidCloseTextDocument: nothing,
      onWillRenameFiles: nothing,
      onDidRenameFiles: nothing,
    },
  };
});

const { registerNotes } = await import("../../../../src/features/notes/notes.ts");

function edit(change: Change): void {
  const { text: after, event } = edited(text, change);
  text = after;
  changed({ ...event, document: { ...event.document, uri } } as VsCode.TextDocumentChangeEvent);
}

beforeEach(() => {
  text = "one();\ntwo();";
  const engine = {
    prepare: async () => model,
    generate: async (_: object, { onEvents }: { onEvents(events: object[]): void }) => {
      onEvents([tokens("answer", ["1: Calls one.\n2: Calls two.\n"])]);
      return result();
    },
    answerNow: () => undefined,
  };
  const create = () => new ChatSession(newConversation("c"), services({ engine } as never));
  const ctx = {
    extension: { workspaceState: { get: () => undefined, update: async () => {} } },
    models: { refresh: async () => ({ id: "m", installed: true }) },
    settings: { current: { model: "m" } },
    log: { error: (_doing: string, error: unknown) => expect.fail(String(error)) },
    own: (owned: object) => owned,
  };
  registerNotes(ctx as unknown as Ctx, { create } as unknown as Sessions);
});

const lines = (notes: readonly LineNote[]) => notes.map(({ line }) => line);

it("annotates, and takes the notes away", async () => {
  expect(lines(await toggle())).toEqual([0, 1]);
  expect(lines(await toggle())).toEqual([]);
  expect(lines(await toggle())).toEqual([0, 1]);
});

it("annotates anew once the last note has gone by an edit", async () => {
  const notes = await toggle();
  edit([0, 0, 0, 1, "O"]);
  expect(lines(notes)).toEqual([1]);
  edit([1, 0, 1, 1, "T"]);
  expect(lines(notes)).toEqual([]);
  expect(lines(await toggle())).toEqual([0, 1]);
});
