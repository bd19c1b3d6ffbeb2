/** Explanations under their code, in an editor that has one file and an engine that always says the same. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type * as VsCode from "vscode";
import { Emitter } from "../../../../src/common/emitter.ts";
import { codeBehind } from "../../../../src/features/chat/attachedCode.ts";
import type { Chat } from "../../../../src/features/chat/chat.ts";
import { newConversation } from "../../../../src/features/chat/conversation.ts";
import type { Split } from "../../../../src/features/chat/conversationStore.ts";
import { ChatSession } from "../../../../src/features/chat/session.ts";
import type { Sessions } from "../../../../src/features/chat/sessions.ts";
import type { Ctx } from "../../../../src/host/ctx.ts";
import { services } from "../chat/sessionSupport.ts";
import { model, result, tokens } from "../support.ts";

vi.mock("vscode", async () => {
  const { Range, Uri } = await import("../vscodeFakes.ts");
  const nothing = () => ({ dispose: () => {} });
  return {
    Uri,
    Range,
    MarkdownString: class {},
    SymbolKind: {},
    DiagnosticSeverity: {},
    ProgressLocation: {},
    CommentMode: {},
    CommentThreadCollapsibleState: {},
    commands: { executeCommand: async () => undefined },
    comments: {
      createCommentController: () => ({
        createCommentThread: (uri: object, range: object) => ({ uri, range, dispose: () => {} }),
        dispose: () => {},
      }),
    },
    window: { withProgress: (_: object, work: () => unknown) => work() },
    workspace: {
      textDocuments: [],
      notebookDocuments: [],
      asRelativePath: (uri: VsCode.Uri) => path.basename(String(uri)),
      getConfiguration: () => ({ inspect: () => undefined }),
      openTextDocument: async (uri: VsCode.Uri) => documentAt(uri),
      onDidChangeTextDocument: nothing,
      onDidOpenTextDocument: nothing,
      onDidRenameFiles: nothing,
    },
  };
});

const vscode = await import("vscode");
const { linesOf } = await import("../../../../src/host/editor.ts");
const { Explanations } = await import("../../../../src/features/explain/explanations.ts");

/** The same code stands in all files, further down in those with longer names. */
function documentAt(uri: VsCode.Uri) {
  const lines = [...Array(String(uri).length).fill(""), "f();"];
  return {
    uri,
    languageId: "typescript",
    lineCount: lines.length,
    lineAt: (line: number) => ({ text: lines[line] }),
    validateRange: (range: object) => range,
    getText: (range?: VsCode.Range) =>
      lines.slice(range?.start.line ?? 0, (range?.end.line ?? lines.length) + 1).join("\n"),
  } as unknown as VsCode.TextDocument;
}
function codeIn(name: string) {
  const document = documentAt(vscode.Uri.joinPath("file:///w" as never, name));
  return linesOf(document, { startLine: document.lineCount - 1, endLine: document.lineCount - 1 }, "The code");
}

let folder: string;
let looked: number;
let made: ChatSession[];
let splits: Emitter<Split>;
let explanations: InstanceType<typeof Explanations>;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "hunch-explanations-"));
  looked = 0;
  made = [];
  splits = new Emitter();
  const storage = new Map<string, unknown>();
  const extension = {
    storageUri: folder,
    extensionUri: folder,
    workspaceState: {
      get: (key: string) => storage.get(key),
      update: async (key: string, value: unknown) => void storage.set(key, value),
    },
    globalState: { get: () => true },
  };
  const models = {
    refresh: async () => {
      looked++;
      return { id: "m", installed: true };
    },
  };
  const log = { write: () => {}, error: (_doing: string, error: Error) => expect.fail(String(error)) };
  const ctx = { extension, models, log, settings: { current: { model: "m" } } } as unknown as Ctx;
  const engine = {
    prepare: async () => model,
    generate: async (_: object, { onEvents }: { onEvents(events: object[]): void }) => {
      onEvents([tokens("answer", ["It calls."])]);
      return result();
    },
    answerNow: () => undefined,
  };
  const create = (stored: ReturnType<typeof newConversation> | null) => {
    const session = new ChatSession(stored ?? newConversation(`c${made.length}`), services({ engine } as never));
    made.push(session);
    return session;
  };
  const chat = { join: () => null, release: () => false, onSplit: splits.on };
  explanations = new Explanations(ctx, { create } as unknown as Sessions, chat as unknown as Chat);
});
afterEach(() => {
  explanations.dispose();
  rmSync(folder, { recursive: true });
});

const question = { task: "explain", verb: "Explain" } as const;

describe("Explanations", () => {
  it("an answer that was given before is about the code in the file where it is asked now", async () => {
    await explanations.open(codeIn("a.ts"), question);
    await explanations.open(codeIn("longer.ts"), question);
    expect(looked).toBe(1);
    const conversation = made[1]?.conversation ?? newConversation("");
    const places = codeBehind(conversation, conversation.turns.at(-1)?.id ?? "");
    const { piece, attachment } = codeIn("longer.ts");
    expect(places).toEqual([{ piece, attachment }]);
  });

  it("looks for the model once where it explains again, and answers anew", async () => {
    const thread = await explanations.open(codeIn("a.ts"), question);
    const explanation = thread && explanations.of(thread);
    looked = 0;
    expect(explanation && (await explanations.again(explanation))).not.toBeNull();
    expect([looked, made.length]).toEqual([1, 2]);
  });

  it("is written down once where its conversation goes on under another id", async () => {
    await explanations.open(codeIn("a.ts"), question);
    await explanations.save();
    const files = () => readdirSync(path.join(folder, "explanations"));
    expect(files()).toEqual(["c0.json"]);
    const conversation = made[0]?.conversation ?? newConversation("");
    conversation.id = "other";
    splits.fire({ from: "c0", to: "other" });
    await explanations.save();
    expect(files()).toEqual(["other.json"]);
  });
});
