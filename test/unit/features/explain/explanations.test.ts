/** Explanations under their code, in an editor that has one file and an engine that always says the same. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type * as VsCode from "vscode";
import { Emitter } from "../../../../src/common/emitter.ts";
import { toErrorData } from "../../../../src/common/errors.ts";
import { codeBehind } from "../../../../src/features/chat/attachedCode.ts";
import type { Chat } from "../../../../src/features/chat/chat.ts";
import { newConversation } from "../../../../src/features/chat/conversation.ts";
import type { Split } from "../../../../src/features/chat/conversationStore.ts";
import { ChatSession } from "../../../../src/features/chat/session.ts";
import type { Sessions } from "../../../../src/features/chat/sessions.ts";
import type { Ctx } from "../../../../src/host/ctx.ts";
import { services } from "../chat/sessionSupport.ts";
import { model, result, tokens } from "../support.ts";
import { textDocument } from "../textDocument.ts";

vi.mock("vscode", async () => {
  const { Uri } = await import("../vscodeFakes.ts");
  const { Position, Range } = await import("../textDocument.ts");
  const nothing = () => ({ dispose: () => {} });
  return {
    Uri,
    Range,
    Position,
    MarkdownString: class {},
    SymbolKind: {},
    DiagnosticSeverity: { Error: 0, Warning: 1, Information: 2, Hint: 3 },
    ProgressLocation: {},
    CommentMode: {},
    CommentThreadCollapsibleState: {},
    languages: { getDiagnostics: () => problems },
    commands: {
      registerCommand: (id: string, handler: (...args: unknown[]) => unknown) => {
        commands.set(id, handler);
        return nothing();
      },
      executeCommand: async (_command: string, _uri: object, position?: VsCode.Position) => {
        if (position) lookedUp.push(`${position.line}:${position.character}`);
      },
    },
    comments: {
      createCommentController: () => ({
        createCommentThread: (uri: object, range: object) => {
          const thread = { uri, range, dispose: () => {} };
          threads.push(thread as unknown as VsCode.CommentThread);
          return thread;
        },
        dispose: () => {},
      }),
    },
    window: {
      withProgress: (_: object, work: () => unknown) => work(),
      showErrorMessage: async (text: string) => void told.push(text),
      showInformationMessage: async (text: string) => void told.push(text),
    },
    workspace: {
      get textDocuments() {
        return isOpen ? [codeIn("a.ts").document] : [];
      },
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
const { linesOf, rangeCode } = await import("../../../../src/host/editor.ts");
const { registerExplain } = await import("../../../../src/features/explain/explain.ts");

/** The same code stands in all files, further down in those with longer names. */
function documentAt(uri: VsCode.Uri) {
  const text = [...Array(String(uri).length).fill(""), code].join("\n");
  return textDocument(uri, text, "typescript") as unknown as VsCode.TextDocument;
}
const uriOf = (name: string) => vscode.Uri.joinPath("file:///w" as never, name);
function codeIn(name: string) {
  const document = documentAt(uriOf(name));
  const endLine = document.lineCount - 1;
  return linesOf(document, { startLine: endLine + 1 - code.split("\n").length, endLine }, "The code");
}

/** What stands in all files. */
let code: string;
/** What the editor underlines. */
let problems: Partial<VsCode.Diagnostic>[];
const commands = new Map<string, (...args: unknown[]) => unknown>();
const run = async (id: string, ...args: unknown[]) => (await commands.get(id)?.(...args)) as VsCode.CommentThread;
let threads: VsCode.CommentThread[];
/** a.ts is open when the window begins. */
let isOpen: boolean;
/** Messages to the user. */
let told: string[];
/** Where names were looked up, as line:column. */
let lookedUp: string[];
let folder: string;
let looked: number;
let made: ChatSession[];
/** Those that the chat keeps. */
let adopted: Set<ChatSession>;
let splits: Emitter<Split>;
let explanations: ReturnType<typeof registerExplain>;
let newWindow: () => ReturnType<typeof registerExplain>;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "hunch-explanations-"));
  code = "f();";
  problems = [];
  threads = [];
  isOpen = false;
  told = [];
  lookedUp = [];
  looked = 0;
  made = [];
  adopted = new Set();
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
  const log = { write: () => {}, error: (_doing: string, error: unknown) => toErrorData(error) };
  const own = (owned: object) => owned;
  const ctx = { extension, models, log, own, settings: { current: { model: "m" } } } as unknown as Ctx;
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
  const chat = {
    join: () => null,
    adopt: (session: ChatSession) => adopted.add(session),
    release: (session: ChatSession) => adopted.has(session),
    onSplit: splits.on,
  };
  newWindow = () => registerExplain(ctx, { create } as unknown as Sessions, chat as unknown as Chat);
  explanations = newWindow();
});
afterEach(() => {
  explanations.dispose();
  rmSync(folder, { recursive: true });
  expect(told).toEqual([]);
});

/** The editor reports a problem in the first line of the code in a.ts. Returns that line. */
function underline(from: number, to: number, message: string): number {
  const { line } = codeIn("a.ts").range.start;
  problems.push({ range: new vscode.Range(line, from, line, to), severity: 0, message });
  return line;
}

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

  it("looks up the names of the code where they stand in it, also under a problem within its first line", async () => {
    code = "function f(one) {\n  one();\n}";
    const line = underline(11, 14, "'one' has no type.");
    const thread = await run("hunch.explainProblem", { uri: uriOf("a.ts"), diagnostics: problems });
    expect(thread.range).toMatchObject({ start: { line }, end: { line } });
    expect(lookedUp).toEqual([`${line}:11`, `${line + 1}:2`]);
  });

  it("looks for the model once where it explains again, and answers anew", async () => {
    const thread = await explanations.open(codeIn("a.ts"), question);
    const explanation = thread && explanations.of(thread);
    looked = 0;
    expect(explanation && (await explanations.again(explanation))).not.toBeNull();
    expect([looked, made.length]).toEqual([1, 2]);
  });

  it("a reply of nothing but white space is no question", async () => {
    const thread = await explanations.open(codeIn("a.ts"), question);
    await run("hunch.thread.reply", { thread, text: " \n" });
    expect(made[0]?.conversation.turns).toHaveLength(2);
    await run("hunch.thread.reply", { thread, text: "Why?" });
    expect(made[0]?.conversation.turns).toHaveLength(4);
  });

  it.each([
    ["Explain", () => explanations.open(codeIn("a.ts"), question)],
    ["Explain Again", (thread: VsCode.CommentThread) => run("hunch.thread.again", thread)],
  ])("%s: the one before goes to the chats where the user asked on in it, and else it goes", async (_name, replace) => {
    const first = (await explanations.open(codeIn("a.ts"), question)) as VsCode.CommentThread;
    const second = (await replace(first)) as VsCode.CommentThread;
    expect([explanations.of(first), adopted.size]).toEqual([undefined, 0]);
    await run("hunch.thread.reply", { thread: second, text: "Why?" });
    const asked = explanations.of(second)?.session;
    await replace(second);
    expect([explanations.of(second), [...adopted]]).toEqual([undefined, [asked]]);
    expect(told.splice(0)).toEqual([expect.stringContaining("is kept as a chat")]);
  });

  it("two problems of a line have one each; of the same one, the later takes the place of the earlier", async () => {
    code = "one(two);";
    underline(0, 3, "Cannot find name 'one'.");
    underline(4, 7, "Cannot find name 'two'.");
    const explain = (index: number) =>
      run("hunch.explainProblem", { uri: uriOf("a.ts"), diagnostics: problems.slice(index, index + 1) });
    const threads = [await explain(0), await explain(1), await explain(1)];
    expect(threads.map((thread) => explanations.of(thread) !== undefined)).toEqual([true, false, true]);
  });

  const sent = () => made.at(-1)?.conversation.inputs;
  const explainFirst = () => run("hunch.explainProblem", { uri: uriOf("a.ts"), diagnostics: problems.slice(0, 1) });

  it("Explain Again tells of the problem as the editor reports it now", async () => {
    code = "one(two);";
    underline(0, 3, "Cannot find name 'one'.");
    underline(4, 7, "Cannot find name 'two'.");
    const thread = await explainFirst();
    const again = await run("hunch.thread.again", thread);
    expect(JSON.stringify(sent())).toMatch(/'one'(?!.*'two')/);
    problems.splice(0, 2);
    underline(4, 7, "'two' is too many.");
    await run("hunch.thread.again", again);
    expect(JSON.stringify(sent())).toMatch(/'two' is too many/);
    expect(JSON.stringify(sent())).not.toMatch(/Cannot find/);
  });

  it("Explain Again leaves the explanation of a problem that is gone, and says so", async () => {
    underline(0, 1, "Cannot find name 'f'.");
    const thread = await explainFirst();
    problems = [];
    await run("hunch.thread.again", thread);
    expect(explanations.of(thread)).toBeDefined();
    expect(told.splice(0)).toEqual([expect.stringContaining("reports no problem here")]);
  });

  it("Explain Again of Find Bugs tells what the editor reports now", async () => {
    const bugs = {
      task: "findBugs",
      verb: "Find bugs in",
      question: "The editor reports:\n- line 1, error: Old.",
    } as const;
    const thread = await explanations.open(codeIn("a.ts"), bugs);
    underline(0, 1, "New.");
    await run("hunch.thread.again", thread);
    expect(JSON.stringify(sent())).toMatch(/New\.(?!.*Old\.)/);
    expect(JSON.stringify(sent())).not.toMatch(/Old\./);
  });

  it("Explain Again asks about the part of a line that was explained, also in the next window; once it was edited, about all of the line", async () => {
    code = "const f = (a) => a;";
    const { document, range } = codeIn("a.ts");
    const { line } = range.start;
    const asked = () => Object.values(sent() ?? {}).map((input) => input.code[0]?.code);
    const reopened = async () => {
      await explanations.save();
      explanations.dispose();
      threads = [];
      explanations = newWindow();
      await vi.waitFor(() => expect(threads).toHaveLength(1));
    };
    const thread = await explanations.open(rangeCode(document, new vscode.Range(line, 10, line, 18)), question);
    await run("hunch.thread.again", thread);
    expect(asked()).toEqual(["(a) => a"]);

    isOpen = true;
    await reopened();
    await run("hunch.thread.again", threads[0]);
    expect(asked()).toEqual(["(a) => a"]);

    code = "const f = (a) => b;";
    await reopened();
    await run("hunch.thread.again", threads[0]);
    expect(asked()).toEqual([code]);
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
