/** What a reader of the README copies into a terminal. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
// @ts-expect-error a script has no types
import { packagedReadme } from "../../../tools/packagedReadme.mjs";

const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");

test("npm's own lines are kept out of output that a program or a file gets", () => {
  const commands = [...readme.matchAll(/^```\n(.*?)^```$/gms)].flatMap(([, block = ""]) => block.split("\n"));
  const started = commands.filter((line) => line.includes("npm start -"));
  const handedOn = started.filter((line) => /--json|npm start .*[|>] /.test(line));
  expect(handedOn.length).toBeGreaterThan(1);
  for (const line of handedOn) expect(line).toContain("npm start -s -- ");
});

test("as an extension's page shows it, no picture is broken and no link is dead; their words stay", () => {
  const packaged = packagedReadme(readme);
  expect(packaged.match(/\]\((?!https:|#)[^)]*\)/g)).toBeNull();
  expect(packaged).toContain("a second window is ready in milliseconds, and");
  expect(packaged).toContain("docs/servers.md has recipes");
  expect(packagedReadme("![p](https://a/p.png)\n[a](https://a/b) [c](#d)")).toBe(
    "![p](https://a/p.png)\n[a](https://a/b) [c](#d)",
  );
});
