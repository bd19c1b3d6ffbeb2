import { describe, expect, it } from "vitest";
import { mathAsCode } from "../../../../src/features/explain/mathCode.ts";

describe("mathAsCode", () => {
  it.each([
    ["It is \\(O(n \\log n)\\).", "It is `O(n \\log n)`."],
    ["So\n\n\\[\n\\frac{a}{b}\n= c\n\\]\n\nend", "So\n\n`\\frac{a}{b} = c`\n\nend"],
    ["1. a\n   $$\n   x\n   $$\n2. $a*b*c$", "1. a\n   `x`\n2. `a*b*c`"],
    ["$x_1$ and `y`", "`x_1` and `y`"],
    ["```sh\necho $x$\n```\nthen $x$", "```sh\necho $x$\n```\nthen `x`"],
    ["- ~~~\n  \\(a\\)\n  ~~~\n- \\(a\\)", "- ~~~\n  \\(a\\)\n  ~~~\n- `a`"],
    ["\\(\\text{a`b}\\)", "``` \\text{a`b} ```".replaceAll("```", "``")],
  ])("%j", (markdown, expected) => {
    expect(mathAsCode(markdown)).toBe(expected);
  });

  it.each([
    "costs $5 and $6, `$a$`, \\$a$, ``x ` $b$``",
    "```ts\nopen = `$x$`;\n\\(a\\)",
    "> ```\n> $x$\n> ```\n",
    '```python\ndef f():\n    """\n    ```python\n    a = $x$\n    ```\n    b = $x$\n    """\n```',
    "a ~ b ~~c~~ \\[link\\]",
  ])("leaves as it is: %j", (markdown) => {
    expect(mathAsCode(markdown)).toBe(markdown);
  });

  it("takes long text with many signs", () => {
    const text = "$`~\\(".repeat(4_000);
    expect(mathAsCode(text).length).toBeGreaterThan(0);
  });
});
