/** The real engine process for tests, and requests with sensible defaults. */
import { join } from "node:path";
import { inject } from "vitest";
import { EngineClient, type EngineOptions } from "../../../src/client/engineClient.ts";
import type { SharingOptions } from "../../../src/client/sharedEngine.ts";
import type {
  GeneratedToken,
  GenerateParams,
  GenerationEvent,
  GenerationResult,
  LoadParams,
  ModelInfo,
} from "../../../src/common/protocol.ts";

export const enginePath = join(import.meta.dirname, "..", "..", "..", "dist", "engine.mjs");

/** As many as may be used: the engine tests run one at a time, and the governor lowers the count beside other work. */
const threads = "auto";
let generations = 0;

export class TestEngine {
  readonly client: EngineClient;
  readonly log: string[] = [];

  /** @param env variables of its process, beside those of this one. @param sharing with others, in place of its own */
  static async start(
    load?: Partial<LoadParams> & { path: string },
    env: Record<string, string> = {},
    sharing?: SharingOptions,
  ): Promise<TestEngine> {
    const log: string[] = [];
    const client = await EngineClient.start({ ...engineOptions(log), env, ...(sharing ? { sharing } : {}) });
    const engine = new TestEngine(client, log);
    if (load) await engine.load(load);
    return engine;
  }

  private constructor(client: EngineClient, log: string[]) {
    this.client = client;
    this.log = log;
  }

  load({ path, ...options }: Partial<LoadParams> & { path: string }): Promise<ModelInfo> {
    return this.client.load(loadParams(path, options));
  }

  /** Asks one question; `text` is a raw prompt. */
  async ask(
    options: Partial<GenerateParams> & {
      text?: string;
      onEvent?: (event: GenerationEvent, generationId: string) => void;
      signal?: AbortSignal;
    } = {},
  ): Promise<GenerationResult & { events: GenerationEvent[]; tokens: GeneratedToken[] }> {
    const { text, onEvent, signal, ...more } = options;
    const params = generateParams(text === undefined ? more : { prompt: { kind: "raw", text }, ...more });
    const events: GenerationEvent[] = [];
    const result = await this.client.generate(params, {
      signal,
      onEvents: (batch) => {
        events.push(...batch);
        for (const event of batch) onEvent?.(event, params.generationId);
      },
    });
    const tokens = events.flatMap((event) => (event.type === "tokens" ? event.tokens : []));
    return { ...result, events, tokens };
  }

  async stop(): Promise<void> {
    await this.client.dispose();
  }
}

export function engineOptions(log: string[]): EngineOptions {
  return {
    enginePath,
    client: "test",
    stateFolder: join(inject("scratch"), "state"),
    logLevel: "info",
    onLog: (level, message) => log.push(`${level} ${message}`),
  };
}

export function loadParams(path: string, options: Partial<LoadParams> = {}): LoadParams {
  return {
    target: { id: "test", path },
    draft: null,
    contextSize: 2048,
    kvType: "auto",
    threads,
    gpu: "off",
    strict: false,
    ...options,
  };
}

/** A chat's first question, unless `options` say otherwise. */
export function generateParams(options: Partial<GenerateParams> = {}): GenerateParams {
  return {
    generationId: `test-${++generations}`,
    conversationId: "test",
    prompt: { kind: "chat", messages: [{ role: "user", content: "Hello" }], thinking: "on" },
    sampling: greedy,
    maxTokens: 400,
    controls: { budget: null, loopGuard: false, earlyExit: "off" },
    speculation: "auto",
    onContextFull: "stop",
    ...options,
  };
}

export const greedy = { temperature: 0, topK: 40, topP: 0.95, minP: 0, repetitionPenalty: 1, seed: 7 };
export const warm = { ...greedy, temperature: 0.7 };
