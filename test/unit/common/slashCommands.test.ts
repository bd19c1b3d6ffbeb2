import { expect, it } from "vitest";
import { readSlashCommand } from "../../../src/common/slashCommands.ts";

it.each([
  ["/fix", { command: "fix", rest: "" }],
  ["/tests for the edges\nonly", { command: "tests", rest: "for the edges\nonly" }],
  ["/etc/hosts is empty", null],
  ["/unknown thing", null],
  ["/fixed", null],
  ["please /fix", null],
])("%j", (text, expected) => {
  expect(readSlashCommand(text)).toEqual(expected);
});
