/**
 * The bytes of a GGUF header: metadata and the tensors' sizes, every length bounded. What they mean is gguf.ts.
 * Format: docs/gguf.md of the ggml project.
 */
import { t } from "../common/l10n.ts";
import { BadValue, type BoundedReader } from "./boundedReader.ts";
import { tensorBytes } from "./ggmlTypes.ts";

export type GgufValue = number | bigint | boolean | string | readonly number[];

export interface GgufHeader {
  /** Without long arrays and arrays of strings: of those only the length is kept. */
  metadata: ReadonlyMap<string, GgufValue>;
  arrayLengths: ReadonlyMap<string, number>;
  tensorCount: number;
  parameterCount: number;
  /** Where the last tensor ends (bytes, from the start of the tensors' data). */
  dataBytes: number;
}

const maxEntries = 65_536;
const maxTensors = 1 << 20;
const maxKeyBytes = 65_535;
const maxStringBytes = 1 << 20;
const maxArrayLength = 1 << 24;
/** Longer arrays (vocabularies) are counted, not kept. */
const maxKeptArray = 4_096;
const maxArrayDepth = 4;
const maxDimensions = 8;

/** Value types of metadata. */
const type = {
  uint8: 0,
  int8: 1,
  uint16: 2,
  int16: 3,
  uint32: 4,
  int32: 5,
  float32: 6,
  bool: 7,
  string: 8,
  array: 9,
  uint64: 10,
  int64: 11,
};
const scalarBytes: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};

/**
 * Reads the header from behind the version number.
 *
 * @throws EndOfFile, BadValue
 */
export async function readGgufHeader(reader: BoundedReader): Promise<GgufHeader> {
  const tensorCount = await reader.u64(t("the number of tensors"));
  const entryCount = await reader.u64(t("the number of metadata entries"));
  if (entryCount > maxEntries) throw new BadValue(t("it claims {0} metadata entries", entryCount));
  if (tensorCount > maxTensors) throw new BadValue(t("it claims {0} tensors", tensorCount));
  const metadata = new Map<string, GgufValue>();
  const arrayLengths = new Map<string, number>();
  for (let i = 0; i < entryCount; i++) {
    const key = await reader.string(t("a key"), maxKeyBytes);
    const value = await readValue(reader, key, await reader.u32(), arrayLengths);
    if (value !== undefined) metadata.set(key, value);
  }
  return { metadata, arrayLengths, tensorCount, ...(await readTensors(reader, tensorCount)) };
}

/** Reads a value; undefined for what is only skipped: long arrays and arrays of strings. */
async function readValue(
  reader: BoundedReader,
  key: string,
  valueType: number,
  arrayLengths: Map<string, number>,
): Promise<GgufValue | undefined> {
  if (valueType === type.string) return reader.string(t("the value of {0}", key), maxStringBytes);
  if (valueType === type.array) return readArray(reader, key, arrayLengths, 1);
  return readScalar(reader, key, valueType);
}

async function readScalar(reader: BoundedReader, key: string, valueType: number): Promise<number | bigint | boolean> {
  const size = scalarBytes[valueType];
  if (size === undefined) throw new BadValue(t("{0} has the unknown type {1}", key, valueType));
  const bytes = await reader.bytes(size);
  switch (valueType) {
    case type.uint8:
      return bytes.readUInt8();
    case type.int8:
      return bytes.readInt8();
    case type.uint16:
      return bytes.readUInt16LE();
    case type.int16:
      return bytes.readInt16LE();
    case type.uint32:
      return bytes.readUInt32LE();
    case type.int32:
      return bytes.readInt32LE();
    case type.float32:
      return bytes.readFloatLE();
    case type.bool:
      return bytes.readUInt8() !== 0;
    case type.uint64:
      return bytes.readBigUInt64LE();
    case type.int64:
      return bytes.readBigInt64LE();
    default:
      return bytes.readDoubleLE();
  }
}

async function readArray(
  reader: BoundedReader,
  key: string,
  arrayLengths: Map<string, number>,
  depth: number,
): Promise<readonly number[] | undefined> {
  if (depth > maxArrayDepth) throw new BadValue(t("{0} is nested more than {1} deep", key, maxArrayDepth));
  const elementType = await reader.u32();
  const length = await reader.u64(t("the length of {0}", key));
  if (length > maxArrayLength) throw new BadValue(t("{0} claims {1} elements", key, length));
  if (depth === 1) arrayLengths.set(key, length);
  if (elementType === type.string) {
    await reader.skipStrings(t("an element of {0}", key), length, maxStringBytes);
    return undefined;
  }
  if (elementType === type.array) {
    for (let i = 0; i < length; i++) await readArray(reader, key, arrayLengths, depth + 1);
    return undefined;
  }
  const size = scalarBytes[elementType];
  if (size === undefined) throw new BadValue(t("{0} has elements of the unknown type {1}", key, elementType));
  if (depth > 1 || length > maxKeptArray) {
    reader.skip(length * size);
    return undefined;
  }
  const values: number[] = [];
  for (let i = 0; i < length; i++) values.push(Number(await readScalar(reader, key, elementType)));
  return values;
}

/** Where the tensors' data ends, from the start of the data, and how many parameters they hold. */
async function readTensors(
  reader: BoundedReader,
  count: number,
): Promise<{ dataBytes: number; parameterCount: number }> {
  let dataBytes = 0;
  let parameterCount = 0;
  for (let i = 0; i < count; i++) {
    const name = await reader.string(t("a tensor's name"), maxKeyBytes);
    const dimensions = await reader.u32();
    if (dimensions > maxDimensions) throw new BadValue(t("tensor {0} has {1} dimensions", name, dimensions));
    let elements = 1;
    for (let d = 0; d < dimensions; d++) elements *= await reader.u64(t("a dimension of tensor {0}", name));
    if (!Number.isSafeInteger(elements)) throw new BadValue(t("tensor {0} has {1} elements", name, elements));
    const tensorType = await reader.u32();
    const offset = await reader.u64(t("the offset of tensor {0}", name));
    // Of a format newer than ours the size is not known: then at least its first byte has to be there.
    dataBytes = Math.max(dataBytes, offset + (tensorBytes(tensorType, elements) ?? 1));
    parameterCount += elements;
  }
  return { dataBytes, parameterCount };
}
