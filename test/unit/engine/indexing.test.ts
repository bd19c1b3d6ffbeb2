import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import type { InProcessModel } from "../../../src/engine/backends/backend.ts";
import { Indexing } from "../../../src/engine/indexing.ts";

const folder = mkdtempSync(join(tmpdir(), "hunch-indexing-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const model = {
  vocabulary: "bytes",
  codec: { encodeText: (text: string) => [...Buffer.from(text)] },
} as Partial<InProcessModel> as InProcessModel;
const open = () => new Indexing(model, "w", { folder, isBusy: () => false, onError: () => {} });

it("an answer that was under way when the index was closed is not added: the files may be another one's by then", () => {
  const indexing = open();
  indexing.addAnswer("an answer before");
  const { tokens } = indexing.state;
  expect(tokens).toBeGreaterThan(0);
  indexing.close();
  indexing.addAnswer("an answer after");
  expect(indexing.state.tokens).toBe(tokens);
  const again = open();
  expect(again.state.tokens).toBe(tokens);
  again.close();
});
