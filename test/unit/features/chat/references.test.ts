/** Finding files by "#" in a workspace of several folders. */
import { matchesGlob } from "node:path";
import { describe, expect, it, vi } from "vitest";

const folders = [{ name: "shop" }, { name: "Tools" }];
const files = [
  ["shop", "src/index.ts"],
  ["shop", "src/cart.ts"],
  ["shop", "shop/src/index.ts"],
  ["Tools", "src/index.ts"],
] as const;

class RelativePattern {
  readonly base: { name: string };
  readonly pattern: string;
  constructor(base: { name: string }, pattern: string) {
    this.base = base;
    this.pattern = pattern;
  }
}
/** A folder's files by their place in it, as VS Code searches them. */
const findFiles = async (wanted: string | RelativePattern) => {
  const { base, pattern } = typeof wanted === "string" ? { base: null, pattern: wanted } : wanted;
  const found = files.filter(([folder, path]) => (!base || base.name === folder) && matchesGlob(path, pattern));
  return found.map((file) => file.join("/"));
};
vi.mock("vscode", () => ({
  RelativePattern,
  SymbolKind: {},
  DiagnosticSeverity: {},
  commands: { executeCommand: async () => [] },
  window: { visibleTextEditors: [], tabGroups: { all: [] } },
  workspace: {
    workspaceFolders: folders,
    findFiles,
    asRelativePath: (label: string) => label,
    getConfiguration: () => ({ get: () => ({}) }),
  },
}));

const { findReferences, mentionedReferences } = await import("../../../../src/features/chat/references.ts");

const labels = async (found: ReturnType<typeof findReferences>) =>
  (await found).map((reference) => ("label" in reference ? reference.label : "")).toSorted();
const mentioned = (name: string) =>
  labels(mentionedReferences({ selection: false, problems: false, changes: false, files: [name], symbols: [] }));

describe("a file whose path begins with the name of its folder", () => {
  it.each(["Tools/src/index.ts", "tools\\src\\index.ts"])("is meant by it: %s", async (name) => {
    expect(await mentioned(name)).toEqual(["Tools/src/index.ts"]);
  });

  it("is meant before one in a folder within it that is named the same", async () => {
    expect(await mentioned("shop/src/index.ts")).toEqual(["shop/src/index.ts"]);
    expect(await mentioned("shop/shop/src/index.ts")).toEqual(["shop/shop/src/index.ts"]);
  });

  it("is found while that is typed, as all of the folder are", async () => {
    expect(await labels(findReferences("shop/src/c"))).toEqual(["shop/src/cart.ts"]);
    expect(await labels(findReferences("file:tools/"))).toEqual(["Tools/src/index.ts"]);
  });
});

it("a path without it still means the one file that ends so, and says where there are several", async () => {
  expect(await mentioned("cart.ts")).toEqual(["shop/src/cart.ts"]);
  await expect(mentioned("src/index.ts")).rejects.toMatchObject({
    hint: "Write its folder too, as in #file:shop/src/index.ts.",
  });
});
