import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MathElement, typeset } from "../../../src/webview/markdown/typeset.ts";

const textOf = (part: MathElement | string | null): string =>
  part === null || typeof part === "string" ? (part ?? "") : part.children.map(textOf).join("");

describe("typeset", () => {
  it("sets what answers about code have", () => {
    expect(textOf(typeset("O(n \\log n)", false))).toMatch(/^O\(nlog.?n\)$/);
    expect(textOf(typeset("\\sum_{i=0}^{n} \\frac{a_i}{2}", true))).toBe("∑i=0nai2");
    for (const source of [
      "\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}",
      "\\begin{cases} 1 & x > 0 \\\\ 0 & \\text{otherwise} \\end{cases}",
      "\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}",
      "\\left\\lfloor \\frac{n}{2} \\right\\rfloor \\le \\lceil \\sqrt{x} \\rceil",
      "f'(x) \\in \\mathbb{R}, \\quad \\forall \\epsilon > 0",
      "T(n) = 2T(n/2) + \\Theta(n) \\implies T(n) = \\Theta(n \\log n)",
      "\\boxed{42} \\ne \\cancel{x} \\cdot \\vec{v} \\cdot \\overline{ab}",
      "\\operatorname{argmax}_{\\theta} \\; P(x \\mid \\theta)",
    ])
      expect(typeset(source, true), source).not.toBeNull();
  });

  it("keeps a size in bounds", () => {
    const found: string[] = [];
    const walk = (part: MathElement | string) => {
      if (typeof part === "string") return;
      found.push(...Object.values(part.attributes));
      part.children.forEach(walk);
    };
    walk(typeset("\\hspace{-99999em}\\rule{99999em}{1em}\\raisebox{5000pt}{x}", true)!);
    expect(found.filter((value) => /\d{3}/.test(value))).toEqual([]);
  });

  it.each([
    "\\frac{",
    "\\unknown{x}",
    "\\href{https://evil.example}{x}",
    "\\includegraphics{x}",
    "\\def\\a{\\a\\a}\\a",
    "\\newcommand{\\a}{x}\\a",
    `${"\\sqrt{".repeat(200)}x${"}".repeat(200)}`,
    "\\sqrt".repeat(300),
    "x".repeat(2_001),
  ])("shows the source of what it does not set: %#", (source) => {
    expect(typeset(source, true)).toBeNull();
  });

  it("takes anything", () => {
    const parts = fc.constantFrom(
      ..."\\frac \\sqrt \\left \\right \\begin{matrix} \\end{matrix} \\text { } [ ] ( ) ^ _ & \\\\ # % ~ $ x 1 ' \\over \\limits \\hline \\color{red} \\tag{1} \\verb|a| \\char`a \\mathchoice".split(
        " ",
      ),
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 25 }), (all) => {
        const drawn = typeset(all.join(" "), true);
        expect(drawn === null || drawn.name === "math").toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
