/** The real engine for benchmarks that are not the CLI's: started from beside the bundle, with requests for raw text. */
import { cpus } from "node:os";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { gpuChoices } from "../../src/cli/engineRequest.ts";
import { EngineClient } from "../../src/client/engineClient.ts";
import type { SharingOptions } from "../../src/client/sharedEngine.ts";
import type { SamplingOptions } from "../../src/common/prompt.ts";
import type { GenerationResult, GpuChoice, LoadParams, ModelInfo, SpeculationMode } from "../../src/common/protocol.ts";
import { usableCores } from "../../src/engine/threads.ts";

export const enginePath = fileURLToPath(new URL("engine.mjs", import.meta.url));

/**
 * @param stateFolder of this benchmark alone: what a user's text taught is no part of a measurement
 * @param sharing with another client; absent: an engine of its own
 */
export function startEngine(stateFolder: string, sharing?: SharingOptions): Promise<EngineClient> {
  return EngineClient.start({
    enginePath,
    client: "bench",
    stateFolder,
    ...(sharing ? { sharing } : {}),
    logLevel: "warn",
    onLog: (level, message) => console.error(`[${level}] ${message}`),
  });
}

/** On the CPU, nothing left to the model's defaults but what `more` says. */
export function loadParams(modelPath: string, more: Partial<LoadParams>): LoadParams {
  return {
    target: { id: basename(modelPath), path: modelPath },
    draft: null,
    contextSize: 4_096,
    kvType: "auto",
    threads: "auto",
    gpu: "off",
    strict: false,
    ...more,
  };
}

export interface RawRequest {
  id: string;
  text: string;
  maxTokens: number;
  speculation: SpeculationMode;
  sampling: SamplingOptions;
}

export interface RawResult {
  /** Ids of the generated tokens, without an end-of-text. */
  tokens: number[];
  result: GenerationResult;
}

/** Decodes raw text, with nothing on that would end or change it. */
export async function decode(client: EngineClient, request: RawRequest, signal?: AbortSignal): Promise<RawResult> {
  const { id, text, maxTokens, speculation, sampling } = request;
  const tokens: number[] = [];
  const result = await client.generate(
    {
      generationId: id,
      conversationId: id,
      prompt: { kind: "raw", text },
      sampling,
      maxTokens,
      controls: { budget: null, loopGuard: false, earlyExit: "off" },
      speculation,
      onContextFull: "stop",
    },
    {
      signal,
      onEvents: (events) => {
        for (const event of events) if (event.type === "tokens") tokens.push(...event.tokens.map((token) => token.id));
      },
    },
  );
  return { tokens, result };
}

export function sampling(temperature: number, seed: number): SamplingOptions {
  return { temperature, topK: 40, topP: 0.95, minP: 0, repetitionPenalty: 1, seed };
}

export function thisCpu(): string {
  return `${cpus()[0]?.model.trim() ?? "unknown CPU"}, ${usableCores()} cores`;
}

/** What the model is computed on: the processor, and the graphics processor if there is one in use. */
export function thisMachine({ device }: ModelInfo): string {
  return device === "cpu" ? thisCpu() : `${device}, ${thisCpu()}`;
}

/** @throws Error not one of the choices */
export function gpuChoice(text: string): GpuChoice {
  const choice = gpuChoices.find((name) => name === text);
  if (!choice) throw new Error(`--gpu takes one of ${gpuChoices.join(", ")}`);
  return choice;
}
