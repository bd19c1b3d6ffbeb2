/** The backend of one server, asked: for tests that import it, what they start ends after each of them. */
import { afterEach } from "vitest";
import type { GenerateParams, GenerationEvent, GenerationResult } from "../../../../../src/common/protocol.ts";
import { OpenaiBackend } from "../../../../../src/engine/backends/openai/openaiBackend.ts";
import { type Answer, FakeServer } from "./fakeServer.ts";
import { loadParams, why } from "./params.ts";

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

export async function fake(answer: Answer, o: Parameters<typeof FakeServer.start>[1] = {}): Promise<FakeServer> {
  const server = await FakeServer.start(answer, o);
  stops.push(() => server.stop());
  return server;
}

export async function connect(endpoint: string, o: { model?: string; apiKey?: string; timeoutMs?: number } = {}) {
  const { model = "", apiKey = null, timeoutMs } = o;
  const backend = await OpenaiBackend.load(
    loadParams(model, endpoint),
    { kind: "openai", endpoint, apiKey, timeoutMs },
    { onProgress: () => {}, log: () => {} },
  );
  stops.push(() => backend.dispose());
  return backend;
}

export const params = why("on");

export interface Asked {
  events: GenerationEvent[];
  result: Promise<GenerationResult>;
  abort(): void;
  answerNow(): void;
}

export async function ask(backend: OpenaiBackend, more: Partial<GenerateParams> = {}): Promise<Asked> {
  const events: GenerationEvent[] = [];
  const abort = new AbortController();
  const hooks = { emit: (batch: GenerationEvent[]) => void events.push(...batch), signal: abort.signal, queueMs: 0 };
  const generation = await backend.generation({ ...params, ...more }, hooks);
  return { events, result: generation.run(), abort: () => abort.abort(), answerNow: () => generation.answerNow() };
}

export const textOf = (events: GenerationEvent[], segment: string) =>
  events
    .flatMap((event) => (event.type === "tokens" ? event.tokens : []))
    .filter((token) => token.segment === segment)
    .map(({ text }) => text)
    .join("");
