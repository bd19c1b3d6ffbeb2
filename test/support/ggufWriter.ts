/** Writes GGUF version 3 files with f32 tensors: enough for models small enough to be made in a test. */
import { writeFileSync } from "node:fs";

export type MetadataValue =
  | { type: "u32" | "f32" | "i32"; value: number }
  | { type: "bool"; value: boolean }
  | { type: "string"; value: string }
  | { type: "strings"; value: readonly string[] }
  | { type: "i32s" | "f32s"; value: readonly number[] };

export interface Tensor {
  name: string;
  /** Row-major shape, outermost first (GGUF stores it the other way round). */
  shape: readonly number[];
  data: Float32Array;
}

const alignment = 32;
const typeId = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const;

export function writeGguf(path: string, metadata: Record<string, MetadataValue>, tensors: readonly Tensor[]): void {
  const head: Buffer[] = [Buffer.from("GGUF"), u32(3), u64(tensors.length), u64(Object.keys(metadata).length)];
  for (const [key, entry] of Object.entries(metadata)) head.push(text(key), ...encode(entry));
  let offset = 0;
  for (const { name, shape, data } of tensors) {
    head.push(text(name), u32(shape.length), ...[...shape].reverse().map(u64), u32(0), u64(offset));
    offset += padded(data.byteLength);
  }
  const header = Buffer.concat(head);
  const body = tensors.flatMap(({ data }) => [
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    Buffer.alloc(padded(data.byteLength) - data.byteLength),
  ]);
  writeFileSync(path, Buffer.concat([header, Buffer.alloc(padded(header.length) - header.length), ...body]));
}

function encode(entry: MetadataValue): Buffer[] {
  switch (entry.type) {
    case "u32":
      return [u32(typeId.u32), u32(entry.value)];
    case "i32":
      return [u32(typeId.i32), i32(entry.value)];
    case "f32":
      return [u32(typeId.f32), f32(entry.value)];
    case "bool":
      return [u32(typeId.bool), Buffer.from([entry.value ? 1 : 0])];
    case "string":
      return [u32(typeId.string), text(entry.value)];
    case "strings":
      return [u32(typeId.array), u32(typeId.string), u64(entry.value.length), ...entry.value.map(text)];
    case "i32s":
      return [u32(typeId.array), u32(typeId.i32), u64(entry.value.length), ...entry.value.map(i32)];
    case "f32s":
      return [u32(typeId.array), u32(typeId.f32), u64(entry.value.length), ...entry.value.map(f32)];
  }
}

const padded = (length: number) => Math.ceil(length / alignment) * alignment;
const text = (value: string) => {
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([u64(bytes.length), bytes]);
};
function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}
function i32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32LE(value);
  return buffer;
}
function f32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeFloatLE(value);
  return buffer;
}
function u64(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer;
}
