import { describe, expect, it } from "vitest";
import { isAll, type NamedLines, placeByName } from "../../../../src/features/chat/blockPlace.ts";

const cart = [
  'import { round } from "./money";', // 0
  "",
  "export interface Item {", // 2
  "  price: number;",
  "}",
  "",
  "/** Adds up. */", // 6
  "export function total(items: Item[]): number {", // 7
  "  let sum = 0;",
  "  for (const item of items) sum += item.price;",
  "  return sum;",
  "}", // 11
  "",
  "export class Cart {", // 13
  "  add(item: Item): void {", // 14
  "    this.items.push(item);",
  "  }", // 16
  "  total(): number {", // 17
  "    return total(this.items);",
  "  }", // 19
  "}", // 20
];
const definitions: NamedLines[] = [
  { name: "Item", startLine: 2, endLine: 4 },
  { name: "total", startLine: 7, endLine: 11 },
  { name: "Cart", startLine: 13, endLine: 20 },
  { name: "add", startLine: 14, endLine: 16 },
  { name: "total", startLine: 17, endLine: 19 },
];
const file = { startLine: 0, endLine: 20 };

/** The document with the block in its place; null where it has none. */
function applied(block: string, within = file, lines = cart, known = definitions): string[] | null {
  const place = placeByName({ lines, definitions: known, within, block });
  return place && lines.toSpliced(place.startLine, place.endLine - place.startLine + 1, ...place.text.split("\n"));
}

const newTotal = [
  "export function total(items: Item[]): number {",
  "  return items.reduce((sum, item) => sum + item.price, 0);",
  "}",
];

describe("placeByName", () => {
  it("of a file that was shown whole, replaces the one function that the answer has", () => {
    expect(applied(newTotal.join("\n"))).toEqual(cart.toSpliced(7, 5, ...newTotal));
  });

  it("leaves imports where they are, takes new ones and the comment along", () => {
    const block = [cart[0], 'import { sum } from "./sums";', "", "/** Reduces. */", ...newTotal];
    expect(applied(block.join("\n"))).toEqual(
      cart.toSpliced(6, 6, 'import { sum } from "./sums";', "", "/** Reduces. */", ...newTotal),
    );
  });

  it("replaces two definitions, and nothing between them", () => {
    const block = ["export interface Item {", "  price: bigint;", "}", "", "class Cart {", "}"];
    expect(applied(block.join("\n"))).toEqual([
      ...cart.slice(0, 2),
      ...block.slice(0, 3),
      ...cart.slice(5, 13),
      ...block.slice(4),
    ]);
  });

  it("takes the method that is given at the margin, with its indentation", () => {
    const block = "add(item: Item): void {\n  if (item) this.items.push(item);\n}";
    expect(applied(block)).toEqual(cart.toSpliced(15, 1, "    if (item) this.items.push(item);"));
  });

  it("of two of the same name, takes the one that is closer to the question, else the one that is more alike", () => {
    const block = "total(): number {\n  return round(total(this.items));\n}";
    const method = cart.toSpliced(18, 1, "    return round(total(this.items));");
    expect(applied(block, { startLine: 13, endLine: 20 })).toEqual(method);
    expect(applied(cart.slice(17, 20).join("\n").replace("(this.items);", "([]);"))).toEqual(
      cart.toSpliced(18, 1, "    return total([]);"),
    );
  });

  it("takes a function kept in a constant for one", () => {
    const block = "export const total = (items: Item[]): number => items.length;";
    expect(applied(block)).toEqual(cart.toSpliced(7, 5, block));
  });

  it("replaces the function around the lines that the question was about", () => {
    expect(applied(newTotal.join("\n"), { startLine: 8, endLine: 9 })).toEqual(cart.toSpliced(7, 5, ...newTotal));
  });

  it("replaces all that went along when the answer has all of it", () => {
    const block = [...cart.slice(0, 6), ...newTotal, "", ...cart.slice(13), "", "export const none = [];"];
    expect(applied(block.join("\n"))).toEqual(block);
    expect(applied(newTotal.join("\n"), { startLine: 7, endLine: 11 })).toEqual(cart.toSpliced(7, 5, ...newTotal));
  });

  it.each([
    ["code that uses it", "const cart = new Cart();\ncart.add(item);\nconst sum = total(\n  items,\n);"],
    ["a test of it", 'import { total } from "./cart";\n\ntest("total", () => {\n  expect(total([])).toBe(0);\n});'],
    ["a variable of a method's name", "const total = cart.total();\nconst add = cart.items.map((item) => item.price);"],
    ["another function", "function max(items: Item[]) {\n  return total(items);\n}"],
    ["two of one name", `${newTotal.join("\n")}\n\n${newTotal.join("\n")}`],
  ])("has no place for %s", (_name, block) => {
    expect(applied(block)).toBeNull();
  });

  it.each([
    [
      "Python",
      ["x = 1", "", "@cached", "def total(items):", "    return sum(items)", "", "y = 2"],
      3,
      "def total(\n    items,\n):\n    return 0",
    ],
    [
      "Go",
      ["package cart", "", "// Add adds.", "func (c *Cart) Add(i Item) {", "\tc.n++", "}"],
      3,
      "func (c *Cart) Add(i Item) {\n\tc.n += 2\n}",
    ],
    [
      "C#",
      ["class Cart", "{", "    int total(Item i)", "    {", "        return 1;", "    }", "}"],
      2,
      "int total(Item i)\n{\n    return 2;\n}",
    ],
    [
      "an arrow function",
      ["let a = 1;", "", "", "const total = () => {", "  return 1;", "};"],
      3,
      "const total = () => {\n  return 2;\n};",
    ],
  ])("%s", (_language, lines, startLine, block) => {
    const name = block.includes("Add") ? "(*Cart).Add" : "total";
    const end = { Python: 4, "C#": 5 }[_language] ?? 5;
    const place = placeByName({
      lines,
      definitions: [{ name, startLine, endLine: end }],
      within: { startLine: 0, endLine: lines.length - 1 },
      block,
    });
    const indent = /^\s*/.exec(lines[startLine] ?? "")?.[0] ?? "";
    const text = block
      .split("\n")
      .map((line) => indent + line)
      .join("\n");
    expect(place).toEqual({ startLine, endLine: end, text });
  });
});

describe("isAll", () => {
  it.each([
    [["a", "b"], 0, 1, true],
    [["a", "b", ""], 0, 1, true],
    [["", "  ", "a", "b", "", ""], 2, 3, true],
    [["a", "b", "c", ""], 0, 1, false],
    [["a", "b", "c", ""], 1, 2, false],
  ])("%j, lines %i to %i: %s", (lines, startLine, endLine, expected) => {
    expect(isAll(lines, { startLine, endLine })).toBe(expected);
  });
});
