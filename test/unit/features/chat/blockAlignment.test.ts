import { describe, expect, it } from "vitest";
import { alignBlock } from "../../../../src/features/chat/blockAlignment.ts";

const lines = [
  "const cart = load();",
  "for (const item of cart.items) {",
  "  if (item.free) continue;",
  "  sum += item.price;",
  "}",
  "",
  "for (const coupon of cart.coupons) {",
  "  sum -= coupon.value;",
  "}",
  "save(cart);",
];
const all = { startLine: 0, endLine: lines.length - 1 };

describe("alignBlock", () => {
  it.each([
    [
      "a changed first line",
      "for (const item of cart.all) {\n  if (item.free) continue;\n  sum += item.price;\n}",
      1,
      4,
    ],
    [
      "new lines in front and inside",
      "// all but the free ones\nfor (const item of cart.items) {\n  log(item);\n  if (item.free) continue;\n  sum += item.price;\n}",
      1,
      4,
    ],
    ["lines that are gone", "for (const item of cart.items) {\n  sum += item.price;\n}", 1, 4],
    [
      "the second of two that are alike",
      "  for (const coupon of cart.coupons) {\n    sum -= 2 * coupon.value;\n  }",
      6,
      8,
    ],
    ["all of it", lines.join("\n").replace("save", "store"), 0, 9],
  ])("%s", (_name, block, startLine, endLine) => {
    expect(alignBlock(lines, all, block)).toEqual({ startLine, endLine });
  });

  it("only within the lines that were asked about", () => {
    const block = "  if (item.free) continue;\n  sum += 2 * item.price;";
    expect(alignBlock(lines, { startLine: 2, endLine: 3 }, block)).toEqual({ startLine: 2, endLine: 3 });
    expect(alignBlock(lines, { startLine: 6, endLine: 9 }, block)).toBeNull();
  });

  it.each([
    ["what shares next to nothing", 'test("none", () => {\n  expect(total([])).toBe(0);\n});'],
    ["nothing", "\n"],
    ["what is too large to compare", "x();\n".repeat(200_000)],
  ])("null for %s", (_name, block) => {
    expect(alignBlock(lines, all, block)).toBeNull();
  });
});
