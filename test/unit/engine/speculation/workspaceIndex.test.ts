import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { IndexStore } from "../../../../src/engine/cache/indexStore.ts";
import { IndexDrafter } from "../../../../src/engine/speculation/drafters/indexDrafter.ts";
import { SuffixDrafter } from "../../../../src/engine/speculation/drafters/suffix.ts";
import { longestContext } from "../../../../src/engine/speculation/workspaceIndex/segment.ts";
import { WorkspaceIndex } from "../../../../src/engine/speculation/workspaceIndex/workspaceIndex.ts";
import { seededRandom } from "../../support/random.ts";

type Documents = Map<string, number[]>;

/** Longest match of the end of `text` before some token of a document, and all that can follow, by trying all. */
function naive(documents: Documents, text: readonly number[]): { length: number; next: Set<number> } {
  let best = { length: 0, next: new Set<number>() };
  for (const tokens of documents.values())
    for (let position = 1; position < tokens.length; position++) {
      let length = 0;
      const most = Math.min(position, text.length, longestContext);
      while (length < most && tokens[position - length - 1] === text[text.length - length - 1]) length++;
      if (length > best.length) best = { length, next: new Set() };
      if (length === best.length && length > 0) best.next.add(tokens[position]!);
    }
  return best;
}

function expectSameAsNaive(index: WorkspaceIndex, documents: Documents, text: readonly number[]): void {
  const expected = naive(documents, text);
  const match = index.match(text, 1, 8);
  expect(match?.length ?? 0).toBe(expected.length);
  if (match) expect(expected.next).toContain(match.tokens[0]);
}

function randomText(random: () => number, alphabet: number, length: number, from: Documents): number[] {
  const text: number[] = [];
  const sources = [...from.values()];
  while (text.length < length) {
    const source = sources[Math.floor(random() * sources.length)];
    const copies = source !== undefined && random() < 0.3;
    const start = copies ? Math.floor(random() * source.length) : 0;
    text.push(...(copies ? source.slice(start, start + 50) : [Math.floor(random() * alphabet)]));
  }
  return text.slice(0, length);
}

const limits = { tokens: 1_000_000, stored: 1_100_000, answerTokens: 1_000, segmentTokens: 400_000 };

describe("WorkspaceIndex", () => {
  it.each([2, 5, 60])(
    "finds what a naive search finds, through changes and merges (%i different tokens)",
    (alphabet) => {
      const random = seededRandom(alphabet);
      const index = new WorkspaceIndex([], limits);
      const documents: Documents = new Map();
      for (let change = 0; change < 120; change++) {
        const key = `file ${Math.floor(random() * 12)}`;
        if (random() < 0.25) {
          index.remove([key]);
          documents.delete(key);
        } else {
          const tokens = randomText(random, alphabet, Math.floor(random() * 150), documents);
          index.add([{ key, version: String(change), tokens }]);
          documents.set(key, tokens);
        }
        // Merges that begin now end between later changes.
        if (random() < 0.5) index.maintain(0);
        for (let i = 0; i < 4; i++) expectSameAsNaive(index, documents, randomText(random, alphabet, 60, documents));
      }
      while (index.maintain(10));
      expect(index.segments.length).toBeLessThan(8);
      for (let i = 0; i < 40; i++) expectSameAsNaive(index, documents, randomText(random, alphabet, 60, documents));
      expect(index.tokens).toBe([...documents.values()].reduce((sum, tokens) => sum + tokens.length, 0));
      expect(Object.keys(index.versions()).sort()).toEqual([...documents.keys()].sort());
    },
  );

  it.each([3, 30])("finds the same in a segment of many samples (%i different tokens)", (alphabet) => {
    const random = seededRandom(alphabet + 1);
    const documents: Documents = new Map();
    for (let i = 0; i < 6; i++) documents.set(`file ${i}`, randomText(random, alphabet, 2_000, documents));
    const index = new WorkspaceIndex([], limits);
    index.add([...documents].map(([key, tokens]) => ({ key, version: "1", tokens })));
    expect(index.segments).toHaveLength(1);
    for (let i = 0; i < 60; i++) expectSameAsNaive(index, documents, randomText(random, alphabet, 40, documents));
  });

  it("votes for the continuation that most places have, and says how far they agree", () => {
    const index = new WorkspaceIndex();
    const say = (key: string, ...tokens: number[]) => index.add([{ key, version: "", tokens }]);
    say("a", 1, 2, 3, 7, 7);
    say("b", 1, 2, 3, 8, 9);
    say("c", 1, 2, 3, 8, 4, 5);
    expect(index.match([1, 2, 3], 1, 8)).toEqual({ length: 3, agreement: 2 / 3, tokens: [8, 4, 5] });
  });

  it("never runs from one document into the next", () => {
    const index = new WorkspaceIndex();
    index.add([
      { key: "a", version: "", tokens: [1, 2, 3] },
      { key: "b", version: "", tokens: [4, 5, 6] },
    ]);
    expect(index.match([1, 2], 1, 8)?.tokens).toEqual([3]);
    expect(index.match([1, 2, 3], 1, 8)).toBeNull();
    expect(index.match([3, 4], 1, 8)?.length).toBe(1);
  });

  it("refuses what does not fit, and takes it when there is room again", () => {
    const index = new WorkspaceIndex([], { ...limits, tokens: 10 });
    const document = (key: string, length: number) => ({ key, version: "", tokens: Array(length).fill(1) });
    expect(index.add([document("a", 6), document("b", 6)])).toEqual(["b"]);
    index.remove(["a"]);
    expect(index.add([document("b", 6)])).toEqual([]);
    expect(index.tokens).toBe(6);
  });

  it("takes no more than its bound with what was removed", () => {
    const index = new WorkspaceIndex([], { ...limits, tokens: 10_000, stored: 11_000 });
    const document = (key: number) => ({ key: String(key), version: "", tokens: Array(100).fill(key) });
    index.add(Array.from({ length: 60 }, (_, key) => document(key)));
    index.add(Array.from({ length: 40 }, (_, i) => document(60 + i)));
    // Fewer of either than are left in it.
    index.remove(Array.from({ length: 35 }, (_, i) => String(i < 20 ? i : 40 + i)));
    index.add(Array.from({ length: 35 }, (_, i) => document(200 + i)));
    while (index.maintain(5));
    expect(index.tokens).toBe(10_000);
    expect(index.bytes).toBeLessThan(6 * 11_000 + 100);
    expect(index.match([230, 230], 2, 1)?.tokens).toEqual([230]);
  });

  it("drops the oldest answers where they take more than their share, and no files", () => {
    const index = new WorkspaceIndex([], { ...limits, answerTokens: 10 });
    index.add([{ key: "file", version: "1", tokens: [50, 51, 52, 53] }]);
    for (let answer = 0; answer < 5; answer++)
      index.addAnswer([answer * 4, answer * 4 + 1, answer * 4 + 2, answer * 4 + 3]);
    expect(index.match([0, 1], 1, 4)).toBeNull();
    expect(index.match([8, 9], 1, 4)).toBeNull();
    expect(index.match([12, 13], 1, 4)?.tokens).toEqual([14, 15]);
    expect(index.match([50, 51], 1, 4)?.tokens).toEqual([52, 53]);
    expect(index.versions()).toEqual({ file: "1" });
    expect(index.tokens).toBe(12);
  });
});

describe("IndexStore", () => {
  let folder: string;
  const errors: string[] = [];
  const store = () => new IndexStore(folder, "vocabulary", "workspace", (message) => errors.push(message));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hunch-index-"));
    errors.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function filled(): WorkspaceIndex {
    const index = new WorkspaceIndex();
    index.add([{ key: "a", version: "1", tokens: [1, 2, 3, 4] }]);
    index.add([{ key: "b", version: "1", tokens: [5, 6, 7, 8] }]);
    index.addAnswer([20, 21, 22]);
    index.remove(["a"]);
    return index;
  }

  it("gives back what was written, what was removed since too", () => {
    const first = store();
    first.write(filled());
    const index = store().read();
    expect(index.versions()).toEqual({ b: "1" });
    expect(index.match([5, 6], 2, 8)?.tokens).toEqual([7, 8]);
    expect(index.match([20, 21], 2, 8)?.tokens).toEqual([22]);
    expect(index.match([1, 2], 1, 8)).toBeNull();
    expect(index.tokens).toBe(7);
    index.addAnswer([20, 21, 23]);
    expect(index.tokens).toBe(10);
    expect(errors).toEqual([]);
  });

  it("keeps indexes of other vocabularies and workspaces apart", () => {
    store().write(filled());
    const other = new IndexStore(folder, "another vocabulary", "workspace", (message) => errors.push(message));
    expect(other.read().tokens).toBe(0);
  });

  it("writes only what changed and leaves no unused file", () => {
    const first = store();
    const index = filled();
    first.write(index);
    const [own] = readdirSync(folder);
    const before = readdirSync(join(folder, own!));
    index.add([{ key: "c", version: "1", tokens: [9, 9, 9] }]);
    first.write(index);
    const after = readdirSync(join(folder, own!));
    expect(after).toEqual(expect.arrayContaining(before));
    expect(after).toHaveLength(before.length + 1);
    index.remove(["b", "c"]);
    while (index.maintain(5));
    first.write(index);
    expect(readdirSync(join(folder, own!)).length).toBeLessThan(after.length);
  });

  it.each([
    ["cut off", (bytes: Buffer) => bytes.subarray(0, bytes.length - 5)],
    ["empty", () => Buffer.alloc(0)],
    ["altered", (bytes: Buffer) => Buffer.from(bytes).fill(0x55, bytes.length - 3)],
    ["of a later format", (bytes: Buffer) => Buffer.from(bytes).fill(9, 8, 9)],
  ])("leaves out a segment that is %s, says so, and keeps the others", (_, damage) => {
    store().write(filled());
    const [own] = readdirSync(folder);
    const segments = readdirSync(join(folder, own!)).filter((name) => name.endsWith(".segment"));
    const holdsB = segments.find((name) => readFileSync(join(folder, own!, name), "latin1").includes('"b"'))!;
    const path = join(folder, own!, holdsB);
    writeFileSync(path, damage(readFileSync(path)));
    const index = store().read();
    expect(index.versions()).toEqual({});
    expect(index.match([20, 21], 2, 8)?.tokens).toEqual([22]);
    expect(errors).toHaveLength(1);
  });

  it("is written whole again where its folder was dropped while it was in use", () => {
    const first = store();
    const index = filled();
    first.write(index);
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
    index.add([{ key: "c", version: "1", tokens: [9, 9, 9] }]);
    first.write(index);
    expect(store().read().tokens).toBe(index.tokens);
    expect(errors).toEqual([]);
  });

  it("keeps the five indexes used last", () => {
    for (let i = 0; i < 8; i++)
      new IndexStore(folder, "vocabulary", `workspace ${i}`, (message) => errors.push(message));
    expect(readdirSync(folder)).toHaveLength(5);
    expect(errors).toEqual([]);
  });
});

describe("IndexDrafter", () => {
  const index = new WorkspaceIndex();
  index.add([{ key: "a", version: "", tokens: [1, 2, 3, 4, 5, 6, 7] }]);

  it("drafts what follows in the workspace, in classes of its own", () => {
    const drafter = new IndexDrafter(index, null);
    drafter.begin([9, 2]);
    drafter.commit([3, 4]);
    expect(drafter.draft(2)).toEqual([{ drafter: "suffix", tokens: [5, 6], bucket: 17, source: "workspace" }]);
    expect(drafter.draft(0)).toEqual([]);
  });

  it("is silent on short matches, and where the text itself knows as much", () => {
    const local = new SuffixDrafter();
    const drafter = new IndexDrafter(index, local);
    const begin = (tokens: number[]) => {
      local.begin(tokens);
      drafter.begin(tokens);
    };
    begin([8, 3, 4]);
    expect(drafter.draft(4)).toEqual([]);
    begin([8, 2, 3, 4]);
    expect(drafter.draft(4)).toHaveLength(1);
    begin([2, 3, 4, 9, 2, 3, 4]);
    expect(drafter.draft(4)).toEqual([]);
  });
});
