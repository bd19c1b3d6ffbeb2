import { createHash } from "node:crypto";
import type { CatalogueModel } from "../../../../src/models/catalogue.ts";

export function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Bytes that repeat nowhere, so that a piece in the wrong place changes the checksum. Same length, same bytes. */
export function testContent(length: number): Buffer {
  const content = Buffer.alloc(length);
  let state = 0x9e3779b9;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    content[i] = state >>> 24;
  }
  return content;
}

/** A catalogue entry whose file is `content`. */
export function modelOf(content: Buffer, changes: Partial<CatalogueModel> = {}): CatalogueModel {
  return {
    id: "test-model",
    name: "Test Model",
    publisher: "Nobody",
    quantization: "Q4_K_M",
    repository: "nobody/test",
    revision: "main",
    file: "test.gguf",
    bytes: content.length,
    approximateBytes: content.length,
    sha256: sha256(content),
    sha256Source: "made for this test",
    licence: "MIT",
    contextSize: 2_048,
    attention: { layers: 2, kvHeads: 2, keyLength: 16, valueLength: 16 },
    reasoning: false,
    draft: null,
    summary: "",
    mirrors: [],
    memoryBytes: 1,
    ...changes,
  };
}
