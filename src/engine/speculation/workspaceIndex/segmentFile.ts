/**
 * A segment as a file: a header, the documents as JSON, the tokens, the order. Little-endian.
 *
 *   0  magic "HUNCHIDX"     8  format version     12  CRC-32 of all that follows the header
 *   16 bytes of the JSON    20 tokens             24  positions
 *
 * Which documents were removed later stands elsewhere (cache/indexStore.ts): a segment's file never changes.
 */
import { crc32 } from "node:zlib";
import { Packed24 } from "./packed.ts";
import { type IndexedDocument, IndexSegment } from "./segment.ts";

const magic = "HUNCHIDX";
const formatVersion = 1;
const headerBytes = 28;

/** A document in the JSON: key, version, start, length. */
type Row = [string, string, number, number];

export function encodeSegment({ documents, tokens, order }: IndexSegment): Uint8Array {
  const rows = documents.map(({ key, version, start, length }): Row => [key, version, start, length]);
  const json = new TextEncoder().encode(JSON.stringify(rows));
  const file = new Uint8Array(headerBytes + json.length + tokens.bytes.length + order.bytes.length);
  file.set(json, headerBytes);
  file.set(tokens.bytes, headerBytes + json.length);
  file.set(order.bytes, headerBytes + json.length + tokens.bytes.length);
  file.set(new TextEncoder().encode(magic));
  const header = new DataView(file.buffer);
  header.setUint32(8, formatVersion, true);
  header.setUint32(12, crc32(file.subarray(headerBytes)), true);
  header.setUint32(16, json.length, true);
  header.setUint32(20, tokens.length, true);
  header.setUint32(24, order.length, true);
  return file;
}

/** @param removed numbers of the documents that were removed since. @throws Error that says what is wrong with the file */
export function decodeSegment(file: Uint8Array, removed: readonly number[]): IndexSegment {
  const header = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < headerBytes || new TextDecoder().decode(file.subarray(0, 8)) !== magic)
    throw new Error("it is no segment of an index");
  const version = header.getUint32(8, true);
  if (version !== formatVersion) throw new Error(`its format is ${version}, not ${formatVersion}`);
  const jsonEnd = headerBytes + header.getUint32(16, true);
  const tokensEnd = jsonEnd + header.getUint32(20, true) * 3;
  const orderEnd = tokensEnd + header.getUint32(24, true) * 3;
  if (orderEnd !== file.length) throw new Error(`it has ${file.length} bytes, not ${orderEnd}`);
  if (crc32(file.subarray(headerBytes)) !== header.getUint32(12, true)) throw new Error("its checksum is wrong");
  const rows = JSON.parse(new TextDecoder().decode(file.subarray(headerBytes, jsonEnd))) as Row[];
  const documents = rows.map(
    ([key, documentVersion, start, length], i): IndexedDocument => ({
      key,
      version: documentVersion,
      start,
      length,
      isRemoved: removed.includes(i),
    }),
  );
  const tokens = new Packed24(file.subarray(jsonEnd, tokensEnd));
  return new IndexSegment(tokens, new Packed24(file.subarray(tokensEnd, orderEnd)), documents);
}
