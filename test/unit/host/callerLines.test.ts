import { describe, expect, it } from "vitest";
import { callerLines, isImport } from "../../../src/host/callerLines.ts";

const lines = (startLine: number, endLine: number) => ({ startLine, endLine });

describe("callerLines", () => {
  it.each([
    ["a short caller, whole", 20, lines(18, 25), lines(40, 50), lines(18, 25)],
    ["of a long one, the lines around the use", 60, lines(40, 90), null, lines(57, 63)],
    ["of a long one, no lines outside of it", 41, lines(40, 90), null, lines(40, 44)],
    ["outside of any definition", 1, null, null, lines(0, 4)],
    ["at the end of the document", 98, null, null, lines(95, 99)],
    ["right below the code itself", 51, null, lines(40, 50), lines(51, 54)],
    ["right above it", 38, null, lines(40, 50), lines(35, 39)],
    ["in a class that holds both: around the use", 46, lines(38, 49), lines(40, 44), lines(45, 49)],
  ])("%s", (_name, line, definition, own, expected) => {
    expect(callerLines(line, definition, own, 100)).toEqual(expected);
  });
});

describe("isImport", () => {
  it.each([
    'import { total } from "./cart";',
    "from cart import total",
    'export { total } from "./cart";',
    "use cart::total;",
    "using Cart;",
    '#include "cart.h"',
    'const { total } = require("./cart");',
  ])("%s", (line) => expect(isImport(line)).toBe(true));
  it.each(["total(items);", "important(total);", "  user = total(items)", "export const sum = total(items);"])(
    "not %s",
    (line) => expect(isImport(line)).toBe(false),
  );
});
