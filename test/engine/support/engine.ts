/** The real engine process for tests, and requests with sensible defaults. */
import { join } from "node:path";
import { inject } from "vitest";
import { EngineClient } from "../../../src/client/engineClient.ts";
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

  /** @param env variables of its process, beside those of this one */
  static async start(
    load?: Partial<LoadParams> & { path: string },
    env: Record<string, string> = {},
  ): Promise<TestEngine> {
    const log: string[] = [];
    const client = await EngineClient.start({
      enginePath,
      client: "test",
      stateFolder: join(inject("scratch"), "state"),
      logLevel: "info",
      env,
      onLog: (level, message) => log.push(`${level} ${message}`),
    });
    const engine = new TestEngine(client, log);
    if (load) await engine.load(load);
    return engine;
  }

  private constructor(client: EngineClient, log: string[]) {
    this.client = client;
    this.log = log;
  }

  load({ path, ...options }: Partial<LoadParams> & { path: string }): Promise<ModelInfo> {
    return this.client.load({
      target: { id: "test", path },
      draft: null,
      contextSize: 2048,
      kvType: "auto",
      threads,
      gpu: "off",
      strict: false,
      ...options,
    });
  }

  /** Asks one question; `text` is a raw prompt. */
  async ask(
    options: Partial<GenerateParams> & {
      text?: string;
      onEvent?: (event: GenerationEvent, generationId: string) => void;
      signal?: AbortSignal;
    } = {},
  ): Promise<GenerationResult & { events: GenerationEvent[]; tokens: GeneratedToken[] }> {
    const { text, onEvent, signal, ...params } = options;
    const generationId = params.generationId ?? `test-${++generations}`;
    const events: GenerationEvent[] = [];
    const result = await this.client.generate(
      {
        generationId,
        conversationId: "test",
        prompt:
          text === undefined
            ? { kind: "chat", messages: [{ role: "user", content: "Hello" }], thinking: "on" }
            : { kind: "raw", text },
        sampling: greedy,
        maxTokens: 400,
        controls: { budget: null, loopGuard: false, earlyExit: "off" },
        speculation: "auto",
        onContextFull: "stop",
        ...params,
      },
      {
        signal,
        onEvents: (batch) => {
          events.push(...batch);
          for (const event of batch) onEvent?.(event, generationId);
        },
      },
    );
    const tokens = events.flatMap((event) => (event.type === "tokens" ? event.tokens : []));
    return { ...result, events, tokens };
  }

  async stop(): Promise<void> {
    await this.client.dispose();
  }
}

export const greedy = { temperature: 0, topK: 40, topP: 0.95, minP: 0, repetitionPenalty: 1, seed: 7 };
export const warm = { ...greedy, temperature: 0.7 };
