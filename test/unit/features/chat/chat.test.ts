/** The chat with its pages, in a stand-in for the editor: what one of them asks for, and what it is shown then. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { FromPanel, PanelState, ToPanel } from "../../../../src/common/panel.ts";
import type { Conversation } from "../../../../src/features/chat/conversation.ts";
import { newConversation } from "../../../../src/features/chat/conversation.ts";
import { ChatSession } from "../../../../src/features/chat/session.ts";
import type { Sessions } from "../../../../src/features/chat/sessions.ts";
import type { Ctx } from "../../../../src/host/ctx.ts";
import { Range, Uri } from "../vscodeFakes.ts";
import { services } from "./sessionSupport.ts";

const event = () => ({ dispose: () => undefined });
/** What the user was told. */
const said: string[] = [];
const say = async (text: string) => void said.push(text);
const window = {
  activeTextEditor: undefined,
  visibleTextEditors: [],
  tabGroups: { all: [] },
  showErrorMessage: say,
  showWarningMessage: say,
  onDidChangeActiveColorTheme: event,
  onDidChangeActiveTextEditor: event,
  onDidChangeTextEditorSelection: event,
};
vi.mock("vscode", () => ({
  Uri,
  Range,
  SymbolKind: {},
  DiagnosticSeverity: {},
  ColorThemeKind: {},
  l10n: { bundle: undefined },
  env: { language: "en" },
  extensions: { all: [] },
  commands: { executeCommand: async () => undefined },
  window,
  workspace: {
    onDidRenameFiles: event,
    onDidChangeConfiguration: event,
    getConfiguration: () => ({ get: () => undefined }),
  },
}));

const { Chat } = await import("../../../../src/features/chat/chat.ts");
type Chat = InstanceType<typeof Chat>;

let folder: string;
const owned: { dispose(): unknown }[] = [];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "hunch-chat-"));
  said.length = 0;
});
afterEach(() => {
  for (const one of owned.splice(0)) one.dispose();
  rmSync(folder, { recursive: true, force: true });
});

function openChat(): Chat {
  let ids = 0;
  const ctx = {
    extension: {
      extensionUri: new Uri("/hunch"),
      storageUri: new Uri(folder),
      workspaceState: { get: () => undefined, update: async () => undefined },
      globalState: { get: (_key: string, first: unknown) => first, update: async () => undefined },
    },
    log: {
      error: (_doing: string, error: Error) => ({ code: "internal", hint: "", message: error.message }),
      write: () => undefined,
    },
    engine: { health: { state: "ready" }, model: null, onHealth: event, onModel: event },
    models: {
      current: { id: "m" },
      choices: [],
      download: { state: "none" },
      refresh: async () => undefined,
      onDownload: event,
      onChange: event,
    },
    settings: { current: {}, onDidChange: event },
    own: (one: { dispose(): unknown }) => {
      owned.push(one);
      return one;
    },
  };
  const create = (stored?: Conversation | null) =>
    new ChatSession(stored ?? newConversation(`c${++ids}`), services({}));
  return new Chat(ctx as unknown as Ctx, { create } as unknown as Sessions, {} as never);
}

/** A page of the chat in an editor tab. */
function openPage(chat: Chat, { visible = true } = {}) {
  const received: ToPanel[] = [];
  let hear: (message: FromPanel) => void = () => undefined;
  const webview = {
    html: "",
    asWebviewUri: (uri: Uri) => uri,
    postMessage: async (message: ToPanel) => received.push(structuredClone(message)),
    onDidReceiveMessage: (listener: typeof hear) => {
      hear = listener;
      return event();
    },
  };
  const panel = { webview, visible, reveal: () => undefined, onDidChangeViewState: event, onDidDispose: event };
  void chat.view.deserializeWebviewPanel(panel as never);
  hear({ type: "ready", restored: true });
  const take = <T extends ToPanel["type"]>(type: T) =>
    received.splice(0).filter((message): message is ToPanel & { type: T } => message.type === type);
  take("state");
  return { tell: (message: FromPanel) => hear(message), take };
}

/** The work of the chat is done: nothing of it waits for a timer. */
const settle = () => new Promise((resolve) => setTimeout(resolve));

it("what a page asks for is shown in that page, else in one on screen that came last", async () => {
  const chat = openChat();
  const [first, second, hidden] = [openPage(chat), openPage(chat), openPage(chat, { visible: false })];
  const focused = () => [first, second, hidden].map((page) => page.take("focusInput").length);
  first.tell({ type: "newChat" });
  await settle();
  expect(focused()).toEqual([1, 0, 0]);
  await chat.newChat();
  expect(focused()).toEqual([0, 1, 0]);
});

it("a question that can not be asked comes back to the page that it was asked in", async () => {
  const chat = openChat();
  const [first, second] = [openPage(chat), openPage(chat)];
  first.tell({ type: "ask", text: "What does #selection do?", references: [] });
  await settle();
  expect(first.take("focusInput")).toMatchObject([{ text: "What does #selection do?" }]);
  expect(second.take("focusInput")).toEqual([]);
  expect(said).toEqual([expect.stringContaining("Nothing is selected in the editor.")]);
});

it("a question whose other words can not be asked is edited again where it was, and stays as it is", async () => {
  const chat = openChat();
  const [first, second] = [openPage(chat), openPage(chat)];
  await chat.askTask({ task: "ask", text: "Why?", code: [] });
  const [question] = first.take("state").at(-1)?.state.turns ?? [];
  const editing = { turnId: question?.id ?? "", text: "What does #selection do?" };
  first.tell({ type: "resend", ...editing });
  await settle();
  expect(first.take("editQuestion")).toEqual([{ type: "editQuestion", editing }]);
  expect(said).toEqual([expect.stringContaining("Nothing is selected in the editor.")]);
  expect(second.take("state").at(-1)?.state.turns[0]).toMatchObject({ text: "Why?" });
});

it("a question in other words comes back when another version of the chat is shown by the time it could be asked", async () => {
  const chat = openChat();
  const page = openPage(chat);
  await chat.askTask({ task: "ask", text: "Why?", code: [] });
  const turnId = page.take("state").at(-1)?.state.turns[0]?.id ?? "";
  page.tell({ type: "resend", turnId, text: "Why so?" });
  await settle();
  const [question] = page.take("state").at(-1)?.state.turns ?? [];
  expect(question).toMatchObject({ text: "Why so?" });
  const editing = { turnId: question?.id ?? "", text: "But why?" };
  page.tell({ type: "resend", ...editing });
  page.tell({ type: "switchVersion", turnId: editing.turnId, offset: -1 });
  await settle();
  expect(page.take("editQuestion")).toEqual([{ type: "editQuestion", editing }]);
});

it("the pages follow the chat that takes the place of a deleted one, also where its file can not be removed", async () => {
  const chat = openChat();
  const page = openPage(chat);
  await chat.askTask({ task: "ask", text: "Why?", code: [] });
  await chat.save();
  const { conversationId: id = "" } = page.take("state").at(-1)?.state ?? {};
  const file = path.join(folder, "conversations", `${id}.json`);
  rmSync(file);
  mkdirSync(file);
  page.tell({ type: "deleteSession", id });
  await expect.poll(() => said).toHaveLength(1);
  await chat.askTask({ task: "ask", text: "And now?", code: [] });
  expect(page.take("state").at(-1)?.state.turns).toMatchObject([{ text: "And now?" }, { status: "loading" }]);
});

it("all pages show it when the selection is left out in one", async () => {
  const chat = openChat();
  const [first, second] = [openPage(chat), openPage(chat)];
  first.tell({ type: "setAttachSelection", value: false });
  await settle();
  const shown = (page: typeof first) =>
    page.take("state").map(({ state }: { state: PanelState }) => state.attachSelection);
  expect([shown(first), shown(second)]).toEqual([[false], [false]]);
});
