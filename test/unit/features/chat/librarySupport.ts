/** A library of chats in a folder of its own, on an engine whose answers end when a test says; for files of its tests. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import type { GenerationResult } from "../../../../src/common/protocol.ts";
import { newConversation } from "../../../../src/features/chat/conversation.ts";
import { ConversationStore } from "../../../../src/features/chat/conversationStore.ts";
import { Library } from "../../../../src/features/chat/library.ts";
import { ChatSession } from "../../../../src/features/chat/session.ts";
import { model, result } from "../support.ts";
import { services } from "./sessionSupport.ts";

export let folder: string;
export let store: ConversationStore;
/** Ends the generations in the order in which they began. */
export let answers: ((result: GenerationResult) => void)[];
/** What was learnt from what was done with answers. */
export let signals: string[];
let ids = 0;

/** Before the tests of a file. */
export function withFolder(): void {
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "hunch-library-"));
    store = newStore();
    answers = [];
    signals = [];
  });
  afterEach(() => {
    store.dispose();
    rmSync(folder, { recursive: true, force: true });
  });
}

/** As another window, or a later one, has it. */
export const newStore = () =>
  new ConversationStore({ folder, now: () => ++ids, onError: (error) => expect.fail(String(error)) });

export const newLibrary = (currentId?: string, kept = store) =>
  new Library(
    {
      store: kept,
      newSession: (stored) =>
        new ChatSession(
          stored ?? newConversation(`c${++ids}`),
          services({
            engine: {
              prepare: async () => model,
              generate: (_params, { signal }) =>
                new Promise((resolve) => {
                  answers.push(resolve);
                  signal.addEventListener("abort", () => resolve(result({ stopReason: "cancelled" })));
                }),
              answerNow: () => undefined,
            },
            newId: () => `g${++ids}`,
            signal: (_plan, signal) => signals.push(signal),
          }),
        ),
    },
    currentId,
  );

export const question = (text: string) => ({ task: "ask" as const, text, code: [] });
export const settle = () => new Promise((resolve) => setTimeout(resolve));

export async function askAndStore(library: Library): Promise<void> {
  const asked = library.current.ask(question("Why?"));
  await settle();
  answers[0]?.(result());
  await asked;
  await store.save();
}
