/** `@hunch` in a chat of VS Code that keeps what it is given, and an engine that always says the same. */
import { expect, it, vi } from "vitest";
import type * as VsCode from "vscode";
import type { GenerateParams } from "../../../../src/common/protocol.ts";
import type { Conversation } from "../../../../src/features/chat/conversation.ts";
import { ChatSession } from "../../../../src/features/chat/session.ts";
import type { Sessions } from "../../../../src/features/chat/sessions.ts";
import type { Ctx } from "../../../../src/host/ctx.ts";
import { services } from "../chat/sessionSupport.ts";
import { model, result, tokens } from "../support.ts";
import { Position, Range, textDocument } from "../textDocument.ts";

const uri = { scheme: "file", toString: () => "file:///w/a.ts" };
let selection = new Range(0, 0, 0, 6);
let answer: VsCode.ChatRequestHandler;

vi.mock("vscode", () => {
  const nothing = () => ({ dispose: () => {} });
  class Part {
    value: { value: string };
    constructor(value: string) {
      this.value = { value };
    }
  }
  return {
    Position,
    Range,
    Uri: { joinPath: () => uri },
    Location: class {},
    ChatRequestTurn: class {},
    ChatResponseTurn: class {},
    ChatResponseMarkdownPart: Part,
    SymbolKind: {},
    DiagnosticSeverity: {},
    chat: {
      createChatParticipant: (_id: string, handler: VsCode.ChatRequestHandler) => {
        answer = handler;
        return nothing();
      },
    },
    commands: { registerCommand: nothing, executeCommand: async () => undefined },
    languages: { getDiagnostics: () => [] },
    window: {
      visibleTextEditors: [],
      get activeTextEditor() {
        return { document: textDocument(uri, "one();\ntwo();", "typescript"), selection };
      },
    },
    workspace: { notebookDocuments: [], asRelativePath: () => "a.ts", getWorkspaceFolder: () => undefined },
  };
});

const vscode = await import("vscode");
const { registerParticipant } = await import("../../../../src/features/participant/participant.ts");

it("tells the model with the next question what it was sent with those before: their code, their commands", async () => {
  const asked: GenerateParams[] = [];
  const engine = {
    prepare: async () => model,
    generate: async (params: GenerateParams, { onEvents }: { onEvents(events: object[]): void }) => {
      asked.push(params);
      onEvents([tokens("answer", ["It calls."])]);
      return result();
    },
    answerNow: () => undefined,
  };
  const create = (conversation: Conversation) => new ChatSession(conversation, services({ engine } as never));
  const models = { refresh: async () => ({ id: "m", installed: true }) };
  const ctx = { models, own: (owned: object) => owned, extension: { extensionUri: uri } };
  registerParticipant(ctx as unknown as Ctx, { create } as unknown as Sessions);

  const history: object[] = [];
  const never = { onCancellationRequested: () => ({ dispose: () => {} }) };
  async function ask(prompt: string, command?: string): Promise<void> {
    const request = { prompt, command, references: [] };
    const said: string[] = [];
    const stream = { markdown: (text: string) => said.push(text), progress: () => {} };
    const given = await answer(request as never, { history } as never, stream as never, never as never);
    history.push(Object.assign(Object.create(vscode.ChatRequestTurn.prototype), request));
    const response = said.map((text) => new vscode.ChatResponseMarkdownPart(text));
    // As VS Code keeps it.
    const kept = JSON.parse(JSON.stringify(given));
    history.push(Object.assign(Object.create(vscode.ChatResponseTurn.prototype), { response, result: kept }));
  }
  await ask("briefly", "explain");
  selection = new Range(1, 0, 1, 0);
  await ask("Why?");

  const [first, second] = asked.map(({ prompt }) => (prompt.kind === "chat" ? prompt.messages : []));
  expect(JSON.stringify(first)).toMatch(/one\(\);.*briefly/);
  expect(second?.slice(0, first?.length)).toEqual(first);
  expect(JSON.stringify(second?.slice(first?.length))).toMatch(/It calls.*Why\?/);

  // Kept by an earlier version, or never answered.
  for (const turn of history) Object.assign(turn, { result: {} });
  await ask("And how?");
  expect(JSON.stringify(asked.at(-1)?.prompt)).toMatch(/\/explain briefly.*It calls.*Why\?/);
});
