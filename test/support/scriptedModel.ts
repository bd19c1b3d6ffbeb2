/**
 * A real GGUF of under 1 MB that says the exact text of a script (script.ts). Its transformer blocks add nothing to the
 * residual stream, so a test can assert thoughts, budgets, answers and acceptance to the token, on the real engine.
 */
import { seededRandom } from "../unit/support/random.ts";
import { type MetadataValue, type Tensor, writeGguf } from "./ggufWriter.ts";
import { normalMatrix, type ScriptOptions, scriptWidth, writeScript } from "./script.ts";

export interface ScriptedModelOptions extends ScriptOptions {
  contextLength?: number;
}

const feedForward = 128;
const layers = 2;
const heads = 4;

export function writeScriptedModel(path: string, options: ScriptedModelOptions = {}): void {
  const { contextLength = 4096 } = options;
  const random = seededRandom(1234);
  const script = writeScript(options, random);
  const ones = new Float32Array(scriptWidth).fill(1);
  const square = () => normalMatrix(random, scriptWidth, scriptWidth, 1 / 8);
  const tensors: Tensor[] = [...script.tensors];
  for (let layer = 0; layer < layers; layer++) {
    const tensor = (name: string, shape: number[], data: Float32Array) =>
      tensors.push({ name: `blk.${layer}.${name}.weight`, shape, data });
    tensor("attn_norm", [scriptWidth], ones);
    for (const name of ["attn_q", "attn_k", "attn_v"]) tensor(name, [scriptWidth, scriptWidth], square());
    tensor("attn_output", [scriptWidth, scriptWidth], new Float32Array(scriptWidth * scriptWidth));
    tensor("ffn_norm", [scriptWidth], ones);
    for (const name of ["ffn_gate", "ffn_up"])
      tensor(name, [feedForward, scriptWidth], normalMatrix(random, feedForward, scriptWidth, 1 / 8));
    tensor("ffn_down", [scriptWidth, feedForward], new Float32Array(scriptWidth * feedForward));
  }
  const u32 = (value: number): MetadataValue => ({ type: "u32", value });
  const metadata: Record<string, MetadataValue> = {
    "general.architecture": { type: "string", value: "llama" },
    "general.name": { type: "string", value: "hunch scripted model" },
    "llama.context_length": u32(contextLength),
    "llama.embedding_length": u32(scriptWidth),
    "llama.feed_forward_length": u32(feedForward),
    "llama.vocab_size": u32(script.tokens.length),
    "llama.block_count": u32(layers),
    "llama.attention.head_count": u32(heads),
    "llama.attention.head_count_kv": u32(heads),
    "llama.rope.dimension_count": u32(scriptWidth / heads),
    "llama.attention.layer_norm_rms_epsilon": { type: "f32", value: 1e-6 },
    ...script.tokenizer,
  };
  writeGguf(path, metadata, tensors);
}
