import { describe, expect, it } from "vitest";
import { isHeadLine } from "../../../../src/features/actions/headLine.ts";

describe("isHeadLine", () => {
  it.each([
    "export async function total(items: Item[]): Promise<number> {",
    "export default class Cart<T> extends Base {",
    "interface Item {",
    "  add(item: Item, count = 1): void {",
    "  private async *each(): AsyncIterable<Item> {",
    "  get total(): number {",
    "const total = (items: Item[]) => {",
    "export const once = async (work) => work();",
    "    def total(self, items):",
    "func (c *Cart) Add(item Item) {",
    "pub(crate) fn add(&mut self, item: Item) -> usize {",
    "    public static List<Item> all(Map<String, Item> items) {",
    "int main(int argc, char **argv) {",
    "void Cart::add(const Item& item) {",
  ])("%s", (line) => expect(isHeadLine(line)).toBe(true));

  it.each([
    "",
    "  if (items.length > 0) {",
    "  } else if (x) {",
    "  for (const item of items) {",
    "  while (true) {",
    "  return total(items);",
    "  total(items);",
    "  let sum = 0;",
    "  const free = Math.floor(item.quantity / 3);",
    '  test("none", () => {',
    "  items.map((item) => {",
    "import { total } from './cart';",
    "// function total() {",
    "  classify(item);",
    "}",
  ])("not %j", (line) => expect(isHeadLine(line)).toBe(false));
});
