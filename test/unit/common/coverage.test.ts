/** The tables of test/vscode/README.md: no command without a test in a real VS Code, and no test named that is not there. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const read = (name: string) => readFileSync(new URL(`../../../${name}`, import.meta.url), "utf8");
const readme = read("test/vscode/README.md");
const words: Record<string, string> = JSON.parse(read("package.nls.json"));
const manifest: { contributes: { commands: { command: string; title: string }[] } } = JSON.parse(read("package.json"));
const titles = new Map(
  manifest.contributes.commands.map(({ command, title }) => [command, words[title.replaceAll("%", "")] ?? title]),
);

/** The rows below a heading, each as the texts of its cells. */
function table(heading: string): string[][] {
  const [, section = ""] = readme.split(`## ${heading}\n`);
  const [own = ""] = section.split("\n## ");
  const rows = own.split("\n").filter((line) => line.startsWith("|"));
  return rows.slice(2).map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const parts = (cell = "") => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? "");
const source = (part: string) => read(`test/vscode/${part}.test.mjs`);

describe("commands", () => {
  const rows = table("Commands").map(([command, tests]) => ({ id: parts(command)[0] ?? "", tests: parts(tests) }));

  it("are all in the table", () => {
    expect(rows.map(({ id }) => id).sort()).toEqual([...titles.keys()].sort());
  });

  it.each(rows)("$id is named in the tests that cover it, by its id or its title", ({ id, tests }) => {
    const title = titles.get(id);
    expect(tests).not.toEqual([]);
    for (const part of tests) {
      const named = [`"${id}"`, `"Hunch: ${title}"`, `"${title}"`].some((name) => source(part).includes(name));
      expect([part, named]).toEqual([part, true]);
    }
  });
});

describe("features", () => {
  const rows = table("Features").flatMap(([feature = "", part, tests = ""]) =>
    tests.split("; ").map((name) => ({ feature, part: parts(part)[0] ?? "", name })),
  );

  it("has the panel's, the editor's and the faults", () => {
    expect(rows.length).toBeGreaterThan(30);
  });

  it.each(rows)("$feature: “$name” is in $part", ({ part, name }) => {
    const names = [...source(part).matchAll(/\btest\(\s*["'`](.*?)["'`],/g)].map(([, text]) => text);
    expect(names.filter((text) => text?.startsWith(name))).toHaveLength(1);
  });
});
