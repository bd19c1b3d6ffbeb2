import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalLiteral } from "../../../src/evaluation/pythonLiteral.ts";

const same: [string, string][] = [
  ["[1, 2.0, True]", "[1,2,1]"],
  ["{'a': 1, 'b': 2}", '{"b": 2, "a": 1,}'],
  ["{1, 2, 2}", "{2, 1}"],
  ["{'k': 1, 'k': 2}", "{'k': 2}"],
  ["(1)", "1"],
  ["(1,)", "1,"],
  ["1, 'a'", "(1, 'a')"],
  ["'it\\'s'", '"it\'s"'],
  ["'a' 'b'", "'ab'"],
  ["'''x\ny'''", "'x\\ny'"],
  ["r'\\n'", "'\\\\n'"],
  ["'\\x41\\u0042\\103'", "'ABC'"],
  ["'\\d'", "'\\\\d'"],
  ["1e3", "1000"],
  ["-0", "0"],
  ["0x1F", "31"],
  ["1_000", "1000"],
  ["- 3", "-3"],
  ["5.", "5"],
  ["b'ab'", 'b"ab"'],
];
const different: [string, string][] = [
  ["[1, 2]", "(1, 2)"],
  ["[1, 2]", "[2, 1]"],
  ["'1'", "1"],
  ["b'a'", "'a'"],
  ["set()", "{}"],
  ["()", "[]"],
  ["[[]]", "[]"],
  ["(1,)", "1"],
  ["['a,b']", "['a','b']"],
  ["['a\",\"b']", "['a','b']"],
  ["None", "'None'"],
  ["9007199254740993", "9007199254740992"],
  ["0.1", "0.2"],
  ["''", "' '"],
];
const none = [
  "",
  "hello",
  "[1, 2",
  "[1 2]",
  "[1]]",
  "'open",
  "'a\nb'",
  "f(1)",
  "1 + 2",
  "{1: 2, 3}",
  "{1, 2: 3}",
  "{,}",
  "[,]",
  "True1",
  "007",
  "0x",
  "'\\U99999999'",
  "x = 1",
  "'a' b'b'",
  "lambda: 1",
  "constructor",
  "[".repeat(50_000),
];

describe("canonicalLiteral", () => {
  it.each(same)("%s is %s", (a, b) => {
    expect(canonicalLiteral(a)).not.toBeNull();
    expect(canonicalLiteral(a)).toBe(canonicalLiteral(b));
  });

  it.each(different)("%s is not %s", (a, b) => {
    expect(canonicalLiteral(a)).not.toBeNull();
    expect(canonicalLiteral(b)).not.toBeNull();
    expect(canonicalLiteral(a)).not.toBe(canonicalLiteral(b));
  });

  it.each(none.map((text) => [text.slice(0, 20), text]))("%s is no literal", (_, text) => {
    expect(canonicalLiteral(text)).toBeNull();
  });

  it("tells any two strings apart, and reads what JSON writes", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        const [first, second] = [a, b].map((text) => canonicalLiteral(`[${JSON.stringify(text)}]`));
        expect(first).not.toBeNull();
        expect(first === second).toBe(a === b);
      }),
    );
  });

  it("never throws and never hangs", () => {
    const part = fc.constantFrom("[", "]", "(", ")", "{", "}", ",", ":", "'", '"', "\\", "1", "-", ".", "a", " ", "\n");
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
        const value = canonicalLiteral(parts.join(""));
        expect(value === null || value.length > 0).toBe(true);
      }),
    );
  });
});
