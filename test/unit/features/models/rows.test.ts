import { afterEach, describe, expect, it } from "vitest";
import german from "../../../../l10n/bundle.l10n.de.json" with { type: "json" };
import { setLocalisation } from "../../../../src/common/l10n.ts";
import {
  type CatalogueFacts,
  changedRows,
  type LibraryFacts,
  library,
  machineText,
  rowDescription,
  rowDetails,
} from "../../../../src/features/models/rows.ts";
import { catalogue, findModel } from "../../../../src/models/catalogue.ts";
import type { DiscoveredModel } from "../../../../src/models/discover.ts";

afterEach(() => setLocalisation({ language: "en", table: {} }));

const entry = (id: string, changes: Partial<CatalogueFacts> = {}): CatalogueFacts => ({
  model: findModel(id),
  path: `/models/${id}`,
  installed: false,
  partialBytes: 0,
  ...changes,
});

const ollamas: DiscoveredModel = {
  path: "/ollama/blobs/sha256-1",
  foundIn: "Ollama",
  name: "phi:mini",
  architecture: "phi3",
  quantization: "Q4_K_M",
  parameterCount: null,
  sizeBytes: 2_400_000_000,
  contextSize: 4_096,
  attention: null,
  licence: "mit",
  catalogueId: null,
};

const facts = (changes: Partial<LibraryFacts> = {}): LibraryFacts => ({
  catalogue: [entry("qwen2.5-coder-1.5b", { installed: true }), entry("qwen2.5-coder-0.5b"), entry("qwen3-4b")],
  discovered: [ollamas],
  machine: { memory: { availableBytes: 6e9, totalBytes: 8e9 }, inUseBytes: 0, cores: 8, hasGpu: false },
  recommendation: { model: findModel("qwen3-4b"), reason: "speed" },
  answers: "qwen2.5-coder-1.5b",
  drafts: "none",
  download: { state: "none" },
  ...changes,
});

describe("the models' view", () => {
  it("has what is here, what other programs have, and what can be had, the recommended one first", () => {
    const { here, others, missing } = library(facts());
    expect(here.map(({ id, actions }) => [id, actions])).toEqual([["qwen2.5-coder-1.5b", ["verify", "delete"]]]);
    expect(others.map(({ id, actions }) => [id, actions])).toEqual([["/ollama/blobs/sha256-1", ["use", "setDraft"]]]);
    expect(missing.map(({ id, actions }) => [id, actions])).toEqual([
      ["qwen3-4b", ["download"]],
      ["qwen2.5-coder-0.5b", ["download"]],
    ]);
  });

  it("a file of the user's own is nobody else's", () => {
    const [own] = library(facts({ discovered: [{ ...ollamas, foundIn: "Hunch" }] })).others;
    expect(rowDescription(own!)).toBe("2.40 GB · mit");
    expect(rowDetails(own!).join("\n")).not.toMatch(/file of/);
  });

  it("a model that drafts can be told to stop that, or to answer", () => {
    const { others } = library(facts({ drafts: ollamas.path }));
    expect(others[0]?.actions).toEqual(["use", "unsetDraft"]);
    expect(rowDescription(others[0]!)).toBe("drafts · 2.40 GB · Ollama");
  });

  it("a download under way can be cancelled; what an interrupted one left can be gone on with or deleted", () => {
    const download: LibraryFacts["download"] = {
      state: "running",
      modelId: "qwen3-4b",
      modelName: "Qwen3 4B",
      receivedBytes: 1e9,
      totalBytes: 2.5e9,
      bytesPerSecond: 1e7,
      secondsLeft: 150,
      phase: "downloading",
      source: "somewhere",
    };
    const [running] = library(facts({ download })).missing;
    expect([running?.actions, rowDescription(running!)]).toEqual([
      ["cancel"],
      "1.00 GB of 2.50 GB, 10.0 MB/s, 3 min left",
    ]);
    const [left] = library(facts({ catalogue: [entry("qwen3-4b", { partialBytes: 5e8 })] })).missing;
    expect([left?.actions, rowDescription(left!)]).toEqual([
      ["download", "delete"],
      "2.50 GB · 500 MB are here · Apache-2.0 · recommended",
    ]);
  });

  it("only what looks different is drawn anew, and all of it where rows come or go", () => {
    const before = library(facts());
    expect(changedRows(before, library(facts()))).toEqual([]);
    const drafts = changedRows(before, library(facts({ drafts: ollamas.path })));
    expect(drafts?.map(({ id, role }) => [id, role])).toEqual([[ollamas.path, "drafts"]]);
    expect(changedRows(before, library(facts({ discovered: [] })))).toBeNull();
    const other = { model: findModel("qwen3-1.7b"), reason: "speed" } as const;
    const recommended = changedRows(before, library(facts({ recommendation: other })));
    // The one that was recommended is not first any more.
    expect(recommended).toBeNull();
  });

  it("counts a context for another program's model as for one of the catalogue", () => {
    const { bytes, contextSize, attention, memoryBytes } = findModel("qwen3-8b");
    const same = { ...ollamas, sizeBytes: bytes!, contextSize, attention };
    const machine = {
      memory: { availableBytes: bytes! + 4e8, totalBytes: 16e9 },
      inUseBytes: 0,
      cores: 8,
      hasGpu: false,
    };
    const [row] = library(facts({ discovered: [same], machine })).others;
    expect([row?.memoryBytes, row?.fit]).toEqual([memoryBytes, "tight"]);
  });

  it("says what is counted as free, where the model in use takes it", () => {
    const { machine } = facts();
    expect(machineText(machine)).toBe("6.00 GB of 8.00 GB memory are free; 8 processor cores.");
    expect(machineText({ ...machine, inUseBytes: 1.4e9 })).toMatch(
      / cores\. The 1\.40 GB of the model in use count as free\.$/,
    );
  });

  it("says what does not fit, and everything in the details", () => {
    const all = facts({ catalogue: catalogue.map(({ id }) => entry(id)) });
    const big = library(all).missing.find(({ id }) => id === "gpt-oss-20b");
    expect(rowDescription(big!)).toBe("12.1 GB · too big for this machine · Apache-2.0");
    expect(rowDetails(big!).join("\n")).toMatch(
      /12\.1 GB on the disk, 1\d\.\d GB in memory: too big[\s\S]*Licence: Apache/,
    );
    const details = rowDetails(library(facts()).others[0]!).join("\n");
    expect(details).toMatch(/Licence: mit\nA file of Ollama, used where it is\./);
  });

  it("says in the editor's language what a model of the catalogue is good for", () => {
    setLocalisation({ language: "de", table: german });
    const [tiny] = library(facts({ catalogue: [entry("smollm2-135m")] })).missing;
    expect(rowDetails(tiny!)).toContain("Winzig: zum Ausprobieren und für Tests.");
  });

  it("names a number format of the weights that is worth a word, and says why", () => {
    const [coarse] = library(facts({ discovered: [{ ...ollamas, quantization: "Q2_K" }] })).others;
    expect(rowDescription(coarse!)).toBe("2.40 GB · Q2_K · Ollama");
    expect(rowDetails(coarse!).join("\n")).toMatch(/Q2_K: so few bits a weight cost many right answers/);
    const [usual] = library(facts()).others;
    expect(rowDescription(usual!)).toBe("2.40 GB · Ollama");
    expect(rowDetails(usual!).join("\n")).not.toContain("Q4_K_M");
  });
});
