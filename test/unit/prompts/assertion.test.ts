import { describe, expect, it } from "vitest";
import { assertionOpening } from "../../../src/prompts/assertion.ts";
import { compose } from "../../../src/prompts/compose.ts";

const piece = (code: string, languageId = "python") => [
  { label: "f.py", languageId, startLine: 1, endLine: code.split("\n").length, code },
];
const f = piece("def f(a, b):\n    return a + b");
const lead = (question: string, code = f) => assertionOpening(question, code)?.lead;

describe("an answer is begun as an assertion", () => {
  it("of the call that the question is after", () => {
    expect(lead("What does `f(1, 2)` return?")).toBe("```python\nassert f(1, 2) ==");
    expect(lead("What does f([1, (2)], ')') return? Use `Answer: VALUE`.")).toBe(
      "```python\nassert f([1, (2)], ')') ==",
    );
    expect(lead("Was gibt `f('it\\'s)', {})` zurück?")).toBe("```python\nassert f('it\\'s)', {}) ==");
    expect(lead("What is the value of m.f(1)?")).toBe("```python\nassert m.f(1) ==");
    for (const question of [
      "What is the output of calling `f(1)`?",
      "What value does the call f(1) return?",
      "What will f(1) evaluate to?",
      "What's the return value of f(1)?",
      "Give the output of f(1).",
      "Was liefert f(1)?",
      "Welchen Wert gibt f(1) zurück?",
      "Was wird von f(1) zurückgegeben?",
      "Was ist das Ergebnis von f(1)?",
      "Was ist der Wert des Aufrufs f(1)?",
      "What does `f(1)` return? End with the exact Python value on a line of its own: `Answer: VALUE`.",
    ])
      expect(lead(question), question).toBe("```python\nassert f(1) ==");
    expect(lead("What does `f(1)` return? I think `f(1)` returns 2.")).toBe("```python\nassert f(1) ==");
  });

  it("that is given literals, and what the code defines", () => {
    const code = piece("SIZE = 3\n\nclass Box:\n    side = 1\n\ndef f(a, b):\n    return a + b");
    for (const given of [
      "'if x', \"prints\"",
      "b'x', r'\\d'",
      "True, None",
      "a=1, b=-1e5",
      "'a'.upper(), dict()",
      "SIZE",
      "Box(), 0x1F",
    ])
      expect(lead(`What does \`f(${given})\` return?`, code), given).toBe(`\`\`\`python\nassert f(${given}) ==`);
    for (const given of ["x", "items", "a=x", "*x", "[1, y]", "side", "size()", "f'{x}'", "x == 1"])
      expect(assertionOpening(`What does \`f(${given})\` return?`, code), given).toBeNull();
  });

  it("with nothing between its brackets where nothing has to be given", () => {
    for (const head of [
      "def load():",
      "def load(path='a, b', *, strict: Literal['x', \"=\"] = 'x', **more) -> dict[str, int]:",
      "def load(\n    *paths,  # don't (ever\n    size=(1, 2),\n):",
      "class Load:\n    def load(self, n):\n        return n\n\ndef load():",
      "if quick:\n    def load():",
    ])
      for (const question of ["What does `load()` return?", "Was gibt load( ) zurück?"])
        expect(lead(question, piece(`${head}\n    return {}`)), head).toMatch(/^```python\nassert load\( ?\) ==$/);
    expect(lead("What does `m.load()` return?", piece("def load():\n    return {}"))).toMatch(/assert m\.load\(\) ==$/);
    for (const head of [
      "def load(path, strict=False):",
      "def load(*, path):",
      "def load(x=1, *, path: str):",
      "def load(\n    path,\n    strict=False,\n):",
      "def load(path",
      "class load:",
    ])
      expect(lead("What does `load()` return?", piece(`${head}\n    return {}`)), head).toBeUndefined();
  });

  it("of a function that no class hides, however far in it stands", () => {
    for (const code of [
      "    def f(n):\n        return n",
      "    @staticmethod\n    def f(n):\n        return n",
      "def f(n):\n        return n",
      "try:\n    from fast import f\nexcept ImportError:\n    def f(n):\n        return n",
      "if quick:\n\tdef f(n):\n\t\treturn n\nelse:\n\tdef f(n):\n\t\treturn -n",
      "class Cart:\n    def total(self):\n        def f(n):\n            return n\n        return f(2)",
      "class Cart:\n    size = 3\n\nif quick:\n    def f(n):\n        return n",
    ])
      expect(lead("What does f(3) return?", piece(code)), code).toBeDefined();
    for (const code of [
      "class Cart:\n    def f(n):\n        return n",
      "class Cart(\n    Base,\n):\n    if quick:\n        def f(self, n):\n            return n",
      "    def f(self, n):\n        return n",
      '    """\n    def f(n):\n        return n\n    """',
    ])
      expect(lead("What does f(3) return?", piece(code)), code).toBeUndefined();
    const inner = piece("        size = n * 2\n        def f(n):\n            return n + size");
    expect(lead("What does f(size) return?", inner)).toBeUndefined();
  });

  it("of a method where the code has its object", () => {
    const code = piece(
      "class Cart:\n    def total(self):\n        return 1\n    @classmethod\n    def new(cls):\n        return 2\n" +
        "    def add(self, n):\n        return n\n\ncart = Cart()",
    );
    for (const call of ["cart.total()", "Cart.new()", "cart.new()", "cart.add(1)"])
      expect(lead(`What does \`${call}\` return?`, code), call).toBe(`\`\`\`python\nassert ${call} ==`);
    for (const call of [
      "total()",
      "self.total()",
      "basket.total()",
      "Cart.total()",
      "cart.add()",
      "add(1)",
      "self.add(1)",
    ])
      expect(lead(`What does \`${call}\` return?`, code), call).toBeUndefined();
  });

  it("not of one that gives something else than it returns", () => {
    for (const code of [
      "async def f(n=1):\n    return n",
      "def f(n=1):\n    yield n",
      "def f(\n    n=1,\n):\n    for i in range(n):\n        got = yield i\n    return n",
      "def f(n=1): yield n",
      "    def f(n=1):\n        yield n",
      'def f(n=1):\n    """It\'s n."""\n    print("n"); yield n',
      "def f(n=1):\n    def one():\n        return 1\n    yield n",
      "def f(n=1):\n    got = [\nn,\n    ]\n    yield from got",
    ])
      for (const call of ["f()", "f(2)"])
        expect(lead(`What does \`${call}\` return?`, piece(code)), code).toBeUndefined();
  });

  it("of one that only speaks of what a generator has, or holds one", () => {
    for (const code of [
      "def f(n):\n    return n\n\ndef g():\n    yield 1",
      'def f(n):\n    """\n    The yearly yield of a bond.\n    """\n    return n',
      "def f(n):\n    '''Does\n    not yield.'''\n    return n",
      "def f(n):\n    return 'yield'  # a yield",
      "def f(n):\n    def pairs():\n        for i in range(n):\n            yield i\n    return list(pairs())",
      "def f(n):\n    def pairs(\n        m,\n    ):\n        yield m\n\n    class Pairs:\n        def all(self): yield 1\n    return n",
    ])
      expect(lead("What does `f(2)` return?", piece(code)), code).toBeDefined();
  });

  it("and not where there is none, several, or no code that defines it", () => {
    for (const question of [
      "Explain `f(1, 2)`.",
      "What does f return?",
      "What do `f(1)` and `f(2)` return?",
      "What does `f(1) + 1` return?",
      "What does `f(1` return?",
      "What does `g(1)` return?",
      "What does f('Bob') print?",
      "What does f(1) output?",
      "What does f(1) print and return?",
      "What is the result of f(items) if items is empty?",
      "What is the result of f([]) if the list is sorted before?",
      "Which values of a make `f(a)` return True?",
      "Which values of b make `f(1)` return True?",
      "What value of b makes f(1) return True?",
      "What does f(x) return for odd x?",
      "What return type does f(x) have?",
      "What return type does f(1) have?",
      "What is the type of the value of f(1)?",
      "Which exceptions can f(fn) return or raise?",
      "Which exceptions can f(1) return or raise?",
      "Für welche Werte gibt f(x) True zurück?",
      "Für welche Werte von b gibt f(1) True zurück?",
      "Was gibt f('Bob') aus?",
      "Was druckt f('Bob')?",
    ])
      expect(assertionOpening(question, f), question).toBeNull();
    const prints = piece("def f(a):\n    print(a)");
    expect(assertionOpening("What is the output of f(1)?", prints)).toBeNull();
    expect(assertionOpening("What does f(1) return?", prints)).not.toBeNull();
    expect(assertionOpening("What does `f(1)` return?", [])).toBeNull();
    expect(assertionOpening("What does `f(1)` return?", piece("function f(a) { return a; }", "javascript"))).toBeNull();
  });
});

describe("composed", () => {
  const format = { family: "elicited", native: false, canDisable: true } as never;
  const input = { task: "ask", question: "What does `f(1, 2)` return?", code: f, history: [], format } as const;

  it("it begins the answer where there is no thought, and is the trial's beginning where there is one", () => {
    const off = compose({ ...input, effort: "off" });
    expect(off).toMatchObject({ thinking: "off", opening: "```python\nassert f(1, 2) ==" });
    const on = compose({ ...input, effort: "auto" });
    expect(on.opening).not.toMatch(/assert/);
    expect(on.controls.answerFirst?.opening).toEqual({ lead: off.opening, close: "\n```\n\n" });
    for (const { controls } of [off, compose({ ...input, effort: "medium" })])
      expect(controls).not.toHaveProperty("answerFirst");
  });

  it("is the whole answer where nothing else is asked for than the value of a call", () => {
    const isWhole = (question: string) => compose({ ...input, question, effort: "auto" }).firstAnswer?.isWhole;
    expect(isWhole("What does `f(1, 2)` return?")).toBe(true);
    expect(isWhole("What does f(1, 2) return? Answer with the value only.")).toBe(true);
    for (const question of [
      "What does `f(1, 2)` return, and why?",
      "What does `f(1, 2)` return and which bugs does it have?",
      "What does `f(1, 2)` return? Rewrite it without the plus operator.",
      "What does this return?",
      "What is this?",
    ])
      expect(isWhole(question), question).toBe(false);
  });

  it("only a surer one stands where the effort is high, and none where it is the highest", () => {
    const least = (more: object) => compose({ ...input, effort: "high", ...more }).controls.answerFirst?.least;
    expect(least({})).toBe(0.25);
    expect(least({ learnt: { value: "plain", answerFirst: { value: 0.1 } } })).toBe(0.25);
    expect(least({ learnt: { value: "plain", answerFirst: { value: 0.5 } } })).toBe(0.5);
    for (const more of [
      { learnt: { value: "plain" } },
      { learnt: { value: "draft", answerFirst: { value: 0.1 } } },
      { question: "Why is this slow?", learnt: { reasoning: "plain", answerFirst: { reasoning: 0.1 } } },
      { effort: "max" },
      { thoughts: 4 },
    ])
      expect(least(more), JSON.stringify(more)).toBeUndefined();
  });

  it("a likely one stands before a plain thought where the effort is auto, until calibration says otherwise", () => {
    const least = (more: object) => compose({ ...input, effort: "auto", ...more }).controls.answerFirst?.least;
    expect(least({})).toBe(0.1);
    expect(least({ learnt: { value: "plain", answerFirst: { value: 0.3 } } })).toBe(0.3);
    expect(least({ learnt: { value: "plain", answerFirst: { value: null } } }), "not measured yet").toBe(0.1);
    expect(least({ learnt: { value: "draft", answerFirst: { value: null } } }), "not before notes").toBeUndefined();
    for (const more of [
      { learnt: { value: "plain" } },
      { learnt: { value: "draft" } },
      { effort: "medium" },
      { template: "plain" },
      { question: "What do `f(1, 2)` and `f(2, 1)` return?" },
    ])
      expect(least(more), JSON.stringify(more)).toBeUndefined();
  });

  it("nothing is begun for another task, or a model that is trained to think", () => {
    expect(compose({ ...input, task: "explain", effort: "off" }).opening).toBe("");
    expect(compose({ ...input, effort: "off", format: { ...(format as object), native: true } as never }).opening).toBe(
      "",
    );
  });
});
