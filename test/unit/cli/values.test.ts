/** Values of options. */
import { expect, test } from "vitest";
import { list } from "../../../src/cli/values.ts";

test("what a list names twice counts once", () => {
  expect(list(["plain", "draft"])("draft, plain,draft")).toEqual(["draft", "plain"]);
});
