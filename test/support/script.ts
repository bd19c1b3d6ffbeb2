/**
 * The words of models that say an exact text, and the two matrices that make them say it: the output layer maps each
 * token's embedding to its successor's, a bigram chain
 *
 *   <|assistant|> → <think> → " t0" … → </think> → " a0" … → <|end|>
 *
 * with a chat template that knows thinking on and off. Blocks between the two that add nothing leave the chain as it is.
 * Tokens outside the chain are followed by some fixed other token.
 */
import type { MetadataValue, Tensor } from "./ggufWriter.ts";

export interface ScriptOptions {
  thoughtTokens?: number;
  answerTokens?: number;
  /** Texts of the answer's tokens, all different, in place of " a0", " a1" and so on. */
  answerTexts?: readonly string[];
  /** Every so many tokens of the thought one ends a line; 0 = none. */
  thoughtLine?: number;
  /** The thought never ends. */
  loop?: boolean;
  /** The thought is its first token for ever. */
  stay?: boolean;
  /** The answer never ends. */
  answerLoop?: boolean;
  /** The model stops right after its thought. */
  noAnswer?: boolean;
  /** Its prompts begin with a token of their own. */
  addBos?: boolean;
  /** Its single bytes are those of a SentencePiece vocabulary, as Llama 2 and Gemma have them, not of byte-level BPE. */
  sentencePiece?: boolean;
  /** The template writes the thoughts of earlier turns too: from that llama-server finds out how they are marked. */
  keepsThoughts?: boolean;
}

export interface Script {
  tokens: readonly string[];
  /** A control token that no text has. */
  mask: number;
  /** tokens × scriptWidth, each row with a root mean square of 1. */
  embedding: Float32Array;
  head: Float32Array;
  /** Embedding, output layer and its norm. */
  tensors: readonly Tensor[];
  /** Vocabulary and chat template. */
  tokenizer: Record<string, MetadataValue>;
}

/** Elements of an embedding. */
export const scriptWidth = 64;

export function writeScript(options: ScriptOptions, random: () => number): Script {
  const { thoughtTokens = 200, answerTokens = 40, thoughtLine = 0 } = options;
  const { loop = false, stay = false, answerLoop = false, noAnswer = false } = options;
  const answerTexts = options.answerTexts ?? Array.from({ length: answerTokens }, (_, i) => ` a${i}`);
  const { sentencePiece = false } = options;
  const tokens = sentencePiece ? sentencePieceBytes() : byteTokens();
  const types: number[] = tokens.map((text) => (text.startsWith("<0x") ? 6 : 1));
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
  const mask = add("<|mask|>", 3);
  while (tokens.length % 32 !== 0) add(`<|pad${tokens.length}|>`, 3);

  const next = tokens.map((_, token) => (token + 7) % 256);
  const chain = noAnswer
    ? [assistant, open, ...thought, close, end]
    : [assistant, open, ...thought, close, ...answer, end];
  for (let i = 1; i < chain.length; i++) next[chain[i - 1]!] = chain[i]!;
  if (loop) next[thought.at(-1)!] = thought[0]!;
  if (stay) next[thought[0]!] = thought[0]!;
  if (answerLoop) next[answer.at(-1)!] = answer[0]!;
  next[end] = end;
  // Hunch closes a thought with line breaks behind the marker, as most families do.
  next["\n".charCodeAt(0)] = answer.length > 0 && !noAnswer ? answer[0]! : end;
  // Where a thought has lines, trial answers are made at their ends; they begin with "Answer:".
  if (thoughtLine > 0) next[":".charCodeAt(0)] = answer[0]!;

  const embedding = normalMatrix(random, tokens.length, scriptWidth, 1);
  for (let row = 0; row < tokens.length; row++)
    normalise(embedding.subarray(row * scriptWidth, (row + 1) * scriptWidth));
  const head = normalMatrix(random, tokens.length, scriptWidth, 0.05);
  for (let token = 0; token < tokens.length; token++)
    for (let i = 0; i < scriptWidth; i++) head[next[token]! * scriptWidth + i]! += embedding[token * scriptWidth + i]!;
  return {
    tokens,
    mask,
    embedding,
    head,
    tensors: [
      { name: "token_embd.weight", shape: [tokens.length, scriptWidth], data: embedding },
      { name: "output.weight", shape: [tokens.length, scriptWidth], data: head },
      { name: "output_norm.weight", shape: [scriptWidth], data: new Float32Array(scriptWidth).fill(1) },
    ],
    tokenizer: tokenizer(tokens, types, {
      end,
      mask,
      addBos: options.addBos ?? false,
      sentencePiece,
      template: options.keepsThoughts ? keepingTemplate : template,
    }),
  };
}

/** Normally distributed, rows × columns, with standard deviation `scale`. */
export function normalMatrix(random: () => number, rows: number, columns: number, scale: number): Float32Array {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Float32Array.from({ length: rows * columns }, () => normal() * scale);
}

function tokenizer(
  tokens: string[],
  types: number[],
  {
    end,
    mask,
    addBos,
    sentencePiece,
    template,
  }: { end: number; mask: number; addBos: boolean; sentencePiece: boolean; template: string },
): Record<string, MetadataValue> {
  const u32 = (value: number): MetadataValue => ({ type: "u32", value });
  const kind: Record<string, MetadataValue> = sentencePiece
    ? {
        "tokenizer.ggml.model": { type: "string", value: "llama" },
        "tokenizer.ggml.scores": { type: "f32s", value: tokens.map(() => 0) },
        "tokenizer.ggml.unknown_token_id": u32(mask),
      }
    : {
        "tokenizer.ggml.model": { type: "string", value: "gpt2" },
        "tokenizer.ggml.pre": { type: "string", value: "gpt-2" },
        "tokenizer.ggml.merges": { type: "strings", value: [`${tokens[0]} ${tokens[1]}`] },
      };
  return {
    ...kind,
    "tokenizer.ggml.tokens": { type: "strings", value: tokens },
    "tokenizer.ggml.token_type": { type: "i32s", value: types },
    "tokenizer.ggml.eos_token_id": u32(end),
    "tokenizer.ggml.bos_token_id": u32(end),
    "tokenizer.ggml.mask_token_id": u32(mask),
    "tokenizer.ggml.add_bos_token": { type: "bool", value: addBos },
    "tokenizer.chat_template": { type: "string", value: template },
  };
}

const template = `{%- for m in messages %}{{- '<|' + m.role + '|>' + m.content + '<|end|>' }}{%- endfor %}
{%- if add_generation_prompt %}{{- '<|assistant|>' }}
{%- if enable_thinking is defined and not enable_thinking %}{{- '<think></think>' }}{%- endif %}{%- endif %}`;

const keepingTemplate = template.replace(
  "m.content",
  "('<think>' + m.reasoning_content + '</think>' if m.reasoning_content else '') + m.content",
);

/** GPT-2's printable stand-ins for the 256 byte values. */
function byteTokens(): string[] {
  const printable = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let shifted = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : shifted++));
}

/** SentencePiece has a piece for the space, and falls back to bytes where it has none. */
function sentencePieceBytes(): string[] {
  const hex = (byte: number) => byte.toString(16).toUpperCase().padStart(2, "0");
  return Array.from({ length: 256 }, (_, byte) => (byte === 0x20 ? "\u2581" : `<0x${hex(byte)}>`));
}

/** Scales a row to a root mean square of 1. */
function normalise(row: Float32Array): void {
  const rms = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0) / row.length);
  for (let i = 0; i < row.length; i++) row[i]! /= rms;
}
