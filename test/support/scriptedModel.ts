/**
 * A real GGUF of under 1 MB that says an exact text. Its transformer blocks add nothing to the residual stream, and the
 * output layer maps each token's embedding to its successor's: a bigram chain
 *
 *   <|assistant|> → <think> → " t0" … → </think> → " a0" … → <|end|>
 *
 * with a chat template that knows thinking on and off. So a test can assert thoughts, budgets, answers and acceptance to
 * the token, on the real engine. Tokens outside the chain are followed by some fixed other token.
 */
import { seededRandom } from "../unit/support/random.ts";
import { type MetadataValue, type Tensor, writeGguf } from "./ggufWriter.ts";

export interface ScriptedModelOptions {
  thoughtTokens?: number;
  answerTokens?: number;
  /** Texts of the answer's tokens, all different, in place of " a0", " a1" and so on. */
  answerTexts?: readonly string[];
  /** Every so many tokens of the thought one ends a line; 0 = none. */
  thoughtLine?: number;
  /** The thought never ends. */
  loop?: boolean;
  /** The answer never ends. */
  answerLoop?: boolean;
  /** The model stops right after its thought. */
  noAnswer?: boolean;
  contextLength?: number;
}

const width = 64;
const feedForward = 128;
const layers = 2;
const heads = 4;

export function writeScriptedModel(path: string, options: ScriptedModelOptions = {}): void {
  const { thoughtTokens = 200, answerTokens = 40, thoughtLine = 0, contextLength = 4096 } = options;
  const { loop = false, answerLoop = false, noAnswer = false } = options;
  const answerTexts = options.answerTexts ?? Array.from({ length: answerTokens }, (_, i) => ` a${i}`);
  const random = seededRandom(1234);
  const tokens = byteTokens();
  const types: number[] = tokens.map(() => 1);
  const add = (token: string, type: 1 | 3 | 4) => {
    types.push(type);
    return tokens.push(token) - 1;
  };
  const end = add("<|end|>", 3);
  add("<|system|>", 3);
  add("<|user|>", 3);
  const assistant = add("<|assistant|>", 3);
  const open = add("<think>", 4);
  const close = add("</think>", 4);
  const thought = Array.from({ length: thoughtTokens }, (_, i) =>
    add(thoughtLine > 0 && (i + 1) % thoughtLine === 0 ? ` t${i}\n` : ` t${i}`, 4),
  );
  const answer = answerTexts.map((text) => add(text, 4));
  while (tokens.length % 32 !== 0) add(`<|pad${tokens.length}|>`, 3);

  const next = tokens.map((_, token) => (token + 7) % 256);
  const chain = noAnswer
    ? [assistant, open, ...thought, close, end]
    : [assistant, open, ...thought, close, ...answer, end];
  for (let i = 1; i < chain.length; i++) next[chain[i - 1]!] = chain[i]!;
  if (loop) next[thought.at(-1)!] = thought[0]!;
  if (answerLoop) next[answer.at(-1)!] = answer[0]!;
  next[end] = end;
  // Hunch closes a thought with line breaks behind the marker, as most families do.
  next["\n".charCodeAt(0)] = answer.length > 0 && !noAnswer ? answer[0]! : end;
  // Where a thought has lines, trial answers are made at their ends; they begin with "Answer: ".
  if (thoughtLine > 0) next[" ".charCodeAt(0)] = answer[0]!;

  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const matrix = (rows: number, columns: number, scale: number) =>
    Float32Array.from({ length: rows * columns }, () => normal() * scale);
  const embedding = matrix(tokens.length, width, 1);
  for (let row = 0; row < tokens.length; row++) normalise(embedding.subarray(row * width, (row + 1) * width));
  const head = matrix(tokens.length, width, 0.05);
  for (let token = 0; token < tokens.length; token++)
    for (let i = 0; i < width; i++) head[next[token]! * width + i]! += embedding[token * width + i]!;

  const ones = new Float32Array(width).fill(1);
  const square = (scale: number) => matrix(width, width, scale);
  const tensors: Tensor[] = [
    { name: "token_embd.weight", shape: [tokens.length, width], data: embedding },
    { name: "output.weight", shape: [tokens.length, width], data: head },
    { name: "output_norm.weight", shape: [width], data: ones },
  ];
  for (let layer = 0; layer < layers; layer++) {
    const tensor = (name: string, shape: number[], data: Float32Array) =>
      tensors.push({ name: `blk.${layer}.${name}.weight`, shape, data });
    tensor("attn_norm", [width], ones);
    for (const name of ["attn_q", "attn_k", "attn_v"]) tensor(name, [width, width], square(1 / 8));
    tensor("attn_output", [width, width], new Float32Array(width * width));
    tensor("ffn_norm", [width], ones);
    for (const name of ["ffn_gate", "ffn_up"]) tensor(name, [feedForward, width], matrix(feedForward, width, 1 / 8));
    tensor("ffn_down", [width, feedForward], new Float32Array(width * feedForward));
  }
  writeGguf(path, metadata(tokens, types, end, contextLength), tensors);
}

function metadata(
  tokens: string[],
  types: number[],
  end: number,
  contextLength: number,
): Record<string, MetadataValue> {
  const u32 = (value: number): MetadataValue => ({ type: "u32", value });
  return {
    "general.architecture": { type: "string", value: "llama" },
    "general.name": { type: "string", value: "hunch scripted model" },
    "llama.context_length": u32(contextLength),
    "llama.embedding_length": u32(width),
    "llama.feed_forward_length": u32(feedForward),
    "llama.vocab_size": u32(tokens.length),
    "llama.block_count": u32(layers),
    "llama.attention.head_count": u32(heads),
    "llama.attention.head_count_kv": u32(heads),
    "llama.rope.dimension_count": u32(width / heads),
    "llama.attention.layer_norm_rms_epsilon": { type: "f32", value: 1e-6 },
    "tokenizer.ggml.model": { type: "string", value: "gpt2" },
    "tokenizer.ggml.pre": { type: "string", value: "gpt-2" },
    "tokenizer.ggml.tokens": { type: "strings", value: tokens },
    "tokenizer.ggml.token_type": { type: "i32s", value: types },
    "tokenizer.ggml.merges": { type: "strings", value: [`${tokens[0]} ${tokens[1]}`] },
    "tokenizer.ggml.eos_token_id": u32(end),
    "tokenizer.ggml.bos_token_id": u32(end),
    "tokenizer.ggml.add_bos_token": { type: "bool", value: false },
    "tokenizer.chat_template": { type: "string", value: template },
  };
}

const template = `{%- for m in messages %}{{- '<|' + m.role + '|>' + m.content + '<|end|>' }}{%- endfor %}
{%- if add_generation_prompt %}{{- '<|assistant|>' }}
{%- if enable_thinking is defined and not enable_thinking %}{{- '<think></think>' }}{%- endif %}{%- endif %}`;

/** GPT-2's printable stand-ins for the 256 byte values. */
function byteTokens(): string[] {
  const printable = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let shifted = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : shifted++));
}

/** Scales a row to a root mean square of 1. */
function normalise(row: Float32Array): void {
  const rms = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0) / row.length);
  for (let i = 0; i < row.length; i++) row[i]! /= rms;
}
