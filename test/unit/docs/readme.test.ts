/** What a reader of the README copies into a terminal. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");

test("npm's own lines are kept out of output that a program or a file gets", () => {
  const commands = [...readme.matchAll(/^```\n(.*?)^```$/gms)].flatMap(([, block = ""]) => block.split("\n"));
  const started = commands.filter((line) => line.includes("npm start -"));
  const handedOn = started.filter((line) => /--json|npm start .*[|>] /.test(line));
  expect(handedOn.length).toBeGreaterThan(1);
  for (const line of handedOn) expect(line).toContain("npm start -s -- ");
});
