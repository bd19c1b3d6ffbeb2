import { describe, expect, it } from "vitest";
import { blockAround } from "../../../src/host/indentation.ts";

/** The block around the line that ends with "←", as text. */
function blockIn(code: string): string | null {
  const lines = code.split("\n");
  const span = blockAround(
    lines,
    lines.findIndex((line) => line.endsWith("←")),
  );
  return span && lines.slice(span.startLine, span.endLine + 1).join("\n");
}

describe("blockAround", () => {
  it.each([
    ["inside a function", "const a = 1;\nfunction f() {\n  return a; ←\n}\nf();", "function f() {\n  return a; ←\n}"],
    ["on its head", "function f() { ←\n  return 1;\n}", "function f() { ←\n  return 1;\n}"],
    ["on its end", "function f() {\n  return 1;\n} // ←", "function f() {\n  return 1;\n} // ←"],
    [
      "in a loop in a method: the method",
      "class A {\n  m() {\n    for (;;) {\n      x(); ←\n    }\n  }\n}",
      "  m() {\n    for (;;) {\n      x(); ←\n    }\n  }",
    ],
    [
      "Python",
      "def f(x):\n    if x:\n        return 1 ←\n    return 2\n\ndef g():\n    pass",
      "def f(x):\n    if x:\n        return 1 ←\n    return 2",
    ],
    ["blank lines inside", "def f():\n    a = 1\n\n    return a ←\n\nx = 1", "def f():\n    a = 1\n\n    return a ←"],
    ["tabs", "func f() {\n\treturn ←\n}", "func f() {\n\treturn ←\n}"],
    ["Ruby", "def f\n  1 ←\nend\nf", "def f\n  1 ←\nend"],
    ["parameters over lines", "function f(\n  a,\n) {\n  return a; ←\n}", "function f(\n  a,\n) {\n  return a; ←\n}"],
    ["a blank line behind a function counts to it no more", "function f() {\n  return 1;\n}\n\nx(); ←", null],
    ["flat code", "a();\nb(); ←\nc();", null],
    ["an empty document", "←", null],
  ])("%s", (_name, code, expected) => {
    expect(blockIn(code)).toBe(expected);
  });
});
