/** Writes small GGUF files, valid or wrong on purpose. */

export const valueType = { uint32: 4, float32: 6, bool: 7, string: 8, array: 9, uint64: 10 } as const;

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function u64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

export function str(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([u64(bytes.length), bytes]);
}

type Value = number | boolean | string | string[] | number[];

/** A metadata entry: whole numbers become uint32, lists arrays. */
export function entry(key: string, value: Value): Buffer {
  return Buffer.concat([str(key), ...typed(value)]);
}

function typed(value: Value): Buffer[] {
  if (typeof value === "string") return [u32(valueType.string), str(value)];
  if (typeof value === "boolean") return [u32(valueType.bool), Buffer.from([value ? 1 : 0])];
  if (typeof value === "number") return [u32(valueType.uint32), u32(value)];
  const strings = value.some((one) => typeof one === "string");
  const elements = value.map((one) => (typeof one === "string" ? str(one) : u32(one)));
  return [u32(valueType.array), u32(strings ? valueType.string : valueType.uint32), u64(value.length), ...elements];
}

export interface Tensor {
  name: string;
  dimensions: number[];
  /** ggml type: 0 = F32, 12 = Q4_K. */
  type: number;
  offset: number;
}

export function header(entries: Buffer[], tensors: Tensor[], version = 3): Buffer {
  return Buffer.concat([
    Buffer.from("GGUF"),
    u32(version),
    u64(tensors.length),
    u64(entries.length),
    ...entries,
    ...tensors.flatMap(({ name, dimensions, type, offset }) => [
      str(name),
      u32(dimensions.length),
      ...dimensions.map(u64),
      u32(type),
      u64(offset),
    ]),
  ]);
}

/** The header, padded to the alignment, with the tensors' data behind it. */
export function withData(head: Buffer, dataBytes: number, alignment = 32): Buffer {
  const padding = (alignment - (head.length % alignment)) % alignment;
  return Buffer.concat([head, Buffer.alloc(padding + dataBytes)]);
}

const llamaEntries = (extra: Buffer[] = []): Buffer[] => [
  entry("general.architecture", "llama"),
  entry("general.name", "Tiny Test"),
  entry("general.license", "mit"),
  entry("general.file_type", 15),
  entry("llama.context_length", 2_048),
  entry("llama.embedding_length", 64),
  entry("llama.block_count", 2),
  entry("llama.attention.head_count", 4),
  entry("llama.attention.head_count_kv", 2),
  entry("tokenizer.ggml.model", "gpt2"),
  entry("tokenizer.ggml.tokens", ["a", "b", "<|im_end|>"]),
  entry("tokenizer.chat_template", "{{ messages }}"),
  ...extra,
];

/** A whole, tiny llama: 256 × 4 parameters in Q4_K (576 bytes) and 8 in F32. */
export function tinyModel(extra: Buffer[] = []): Buffer {
  const head = header(llamaEntries(extra), [
    { name: "token_embd.weight", dimensions: [256, 4], type: 12, offset: 0 },
    { name: "output_norm.weight", dimensions: [8], type: 0, offset: 576 },
  ]);
  return withData(head, 576 + 32);
}
