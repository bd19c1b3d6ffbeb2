/** Our engine process, measured through the same client that the extension and the CLI use. */
import { EngineClient } from "../../src/client/engineClient.ts";
import type { MeasureResult, SpeculationMode } from "../../src/common/protocol.ts";
import type { Conditions, Run } from "./arms.ts";

export class HunchEngine {
  readonly #client: EngineClient;
  #runs = 0;

  static async start(enginePath: string, stateFolder: string, conditions: Conditions): Promise<HunchEngine> {
    const client = await EngineClient.start({
      enginePath,
      client: "bench",
      stateFolder,
      logLevel: "warn",
      onLog: (level, message) => process.stderr.write(`[${level}] ${message}\n`),
    });
    await client.load({
      target: { id: "target", path: conditions.modelPath },
      draft: conditions.draftPath ? { id: "draft", path: conditions.draftPath } : null,
      contextSize: conditions.contextSize,
      kvType: "f16",
      threads: conditions.threads,
      gpu: "off",
      strict: false,
    });
    return new HunchEngine(client);
  }

  private constructor(client: EngineClient) {
    this.#client = client;
  }

  measure(): Promise<MeasureResult> {
    return this.#client.measure({ costCurve: true, exactness: false });
  }

  async run(prompt: string, conditions: Conditions, speculation: SpeculationMode): Promise<Run> {
    const generationId = `run-${++this.#runs}`;
    const { stats } = await this.#client.generate(
      {
        generationId,
        conversationId: generationId,
        prompt: { kind: "raw", text: prompt },
        sampling: {
          temperature: conditions.temperature,
          topK: 40,
          topP: 0.95,
          minP: 0,
          repetitionPenalty: 1,
          seed: conditions.seed,
        },
        maxTokens: conditions.maxTokens,
        controls: { budget: null, loopGuard: false, earlyExit: false },
        speculation,
        onContextFull: "stop",
      },
      { onEvents: () => {} },
    );
    return {
      tokens: stats.thinkingTokens + stats.answerTokens,
      tokensPerSecond: stats.tokensPerSecond,
      drafted: stats.draftedTokens,
      accepted: stats.acceptedTokens,
      prefillMs: stats.prefillMs,
      overheadMsPerPass: stats.overheadMsPerPass,
    };
  }

  async stop(): Promise<void> {
    await this.#client.dispose();
  }
}
