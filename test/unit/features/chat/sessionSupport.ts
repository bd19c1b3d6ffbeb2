/** A chat session on an engine that does what a test says. */
import type { GenerateParams, GenerationEvent, GenerationResult, ModelInfo } from "../../../../src/common/protocol.ts";
import { type AttachedCode, newConversation } from "../../../../src/features/chat/conversation.ts";
import { ChatSession, type SessionChange, type SessionServices } from "../../../../src/features/chat/session.ts";
import type { LearntTemplates } from "../../../../src/prompts/effort.ts";
import { model, result } from "../support.ts";

export type Work = (o: { emit(...events: GenerationEvent[]): void; signal: AbortSignal }) => Promise<GenerationResult>;

/** A session's surroundings: an engine that is not asked, settings as they are at first, nothing learnt. */
export function services(part: Partial<SessionServices>): SessionServices {
  let ids = 0;
  return {
    engine: { prepare: async () => model, generate: async () => result(), answerNow: () => undefined },
    settings: () => firstSettings,
    use: () => [],
    signal: () => undefined,
    learnt: async () => ({}),
    newId: () => `g${ids++}`,
    newSeed: () => 7,
    ...part,
  };
}

export const firstSettings: ReturnType<SessionServices["settings"]> = {
  effort: "low",
  temperature: null,
  maxTokens: null,
  thinkingBudget: null,
  parallelThoughts: 1,
  speculation: "auto",
  loopGuard: true,
  earlyExit: "auto",
  dampHesitation: false,
};

/** A session on an engine that does what `work` says, generation by generation. */
export function session(
  work: Work[],
  o: { prepare?: () => Promise<ModelInfo>; settings?: Record<string, unknown>; learnt?: LearntTemplates } = {},
) {
  const asked: GenerateParams[] = [];
  const answeredNow: string[] = [];
  const signals: string[] = [];
  const changes: SessionChange["type"][] = [];
  const surroundings = services({
    engine: {
      prepare: o.prepare ?? (async () => model),
      generate: async (params, { onEvents, signal }) => {
        asked.push(params);
        const next = work[asked.length - 1];
        if (!next) throw new Error("not expected");
        return next({ emit: (...events) => onEvents(events), signal });
      },
      answerNow: (id) => answeredNow.push(id),
    },
    settings: () => ({ ...firstSettings, ...o.settings }),
    signal: (_plan, signal) => signals.push(signal),
    learnt: async () => o.learnt ?? {},
  });
  const chat = new ChatSession(newConversation("c"), surroundings);
  chat.onChange((change) => changes.push(change.type));
  const last = () => {
    const turn = chat.conversation.turns.at(-1);
    if (turn?.role !== "assistant") throw new Error("no answer");
    return turn;
  };
  return { chat, asked, answeredNow, signals, changes, last };
}

export const piece = { label: "a.ts", languageId: "typescript", startLine: 1, endLine: 1, code: "let a = 1;" };
export const code: AttachedCode[] = [
  { piece, attachment: { label: "a.ts", uri: "file:///a.ts", languageId: "typescript", startLine: 1, endLine: 1 } },
];
