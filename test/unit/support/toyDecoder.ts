/** A decoder on a toy target, and what it says by itself. */
import type { SamplingOptions } from "../../../src/common/prompt.ts";
import type { DrafterName, TokenOrigin } from "../../../src/common/segments.ts";
import { AcceptanceModel } from "../../../src/engine/speculation/acceptance.ts";
import { Controller } from "../../../src/engine/speculation/controller.ts";
import { CostCurve } from "../../../src/engine/speculation/costCurve.ts";
import { Decoder, type OnToken } from "../../../src/engine/speculation/decoder.ts";
import { type Damping, Sampler, type TokenBan } from "../../../src/engine/speculation/sampler.ts";
import type { Drafter } from "../../../src/engine/speculation/types.ts";
import { ToySequence } from "./toySequence.ts";

export const greedy: SamplingOptions = { temperature: 0, topK: 40, topP: 1, minP: 0, repetitionPenalty: 1, seed: 3 };
export const warm: SamplingOptions = { ...greedy, temperature: 0.7, topP: 0.95 };
export const penalised: SamplingOptions = { ...warm, repetitionPenalty: 1.2 };
const flat = { 1: 10, 2: 10.2, 4: 10.5, 8: 11, 16: 12 };

export function openDecoder(
  prompt: number[],
  options: {
    sampling: SamplingOptions;
    drafters?: (sampler: Sampler) => Drafter[];
    force?: DrafterName;
    allowedSizes?: number[];
    contextSize?: number;
    order?: number;
    forgetful?: boolean;
    damping?: Damping;
    ban?: TokenBan;
  },
) {
  const { contextSize, order, forgetful } = options;
  const target = new ToySequence({ contextSize, order, forgetful });
  target.tokens.push(...prompt.slice(0, -1));
  const sampler = new Sampler(options.sampling, options.damping, options.ban);
  const costs = new CostCurve(flat);
  const controller = new Controller({
    acceptance: new AcceptanceModel(),
    costs,
    allowedSizes: options.allowedSizes ?? null,
    force: options.force,
  });
  const decoder = new Decoder(
    { target, sampler, drafters: options.drafters?.(sampler) ?? [], controller, costs },
    prompt,
  );
  return { decoder, target };
}

export async function decode(
  decoder: Decoder,
  count: number,
  onToken: OnToken = () => "continue",
): Promise<TokenOrigin[]> {
  const origins: TokenOrigin[] = [];
  let left = count;
  while (left > 0) {
    left -= await decoder.round("prose", left, (token, origin) => {
      origins.push(origin);
      return onToken(token, origin);
    });
  }
  return origins;
}

export const prompt = [1, 2, 3, 4, 5, 6, 7, 8, 2, 3, 4];

export async function plainText(sampling: SamplingOptions, count: number, order?: number): Promise<number[]> {
  const { decoder } = openDecoder(prompt, { sampling, order });
  await decode(decoder, count);
  return [...decoder.text];
}
