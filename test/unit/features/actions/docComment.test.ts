import { describe, expect, it } from "vitest";
import { withDocComment } from "../../../../src/features/actions/docComment.ts";

/** The document after the change; the definition is the line that holds "HERE". */
function documented(code: string, reply: string, languageId: string): string | null {
  const lines = code.split("\n");
  const found = withDocComment(
    lines,
    lines.findIndex((line) => line.includes("HERE")),
    reply,
    languageId,
  );
  if (!found) return null;
  lines.splice(found.from, found.to - found.from, ...found.lines);
  return lines.join("\n");
}

describe("withDocComment", () => {
  it.each([
    [
      "a block",
      "typescript",
      "x\nfunction HERE() {}",
      "/**\n * Does.\n */",
      "x\n/**\n * Does.\n */\nfunction HERE() {}",
    ],
    [
      "indented",
      "typescript",
      "class A {\n  HERE() {}\n}",
      "/**\n* Does.\n*/",
      "class A {\n  /**\n   * Does.\n   */\n  HERE() {}\n}",
    ],
    [
      "with the code",
      "javascript",
      "function HERE() {}",
      "/** Does. */ function HERE() {}",
      "/** Does. */\nfunction HERE() {}",
    ],
    ["in place of the old one", "typescript", "a\n/**\n * Old.\n */\nHERE", "/** New. */", "a\n/** New. */\nHERE"],
    [
      "another kind of comment stays",
      "typescript",
      "/* licence */\nHERE",
      "/** New. */",
      "/* licence */\n/** New. */\nHERE",
    ],
    [
      "above decorators",
      "typescript",
      "@Injectable()\nclass HERE {}",
      "/** New. */",
      "/** New. */\n@Injectable()\nclass HERE {}",
    ],
    [
      "Rust",
      "rust",
      "    #[test]\n    fn HERE() {}",
      "/// Does.\n/// Well.\nfn f() {}",
      "    /// Does.\n    /// Well.\n    #[test]\n    fn HERE() {}",
    ],
    [
      "Go, in place of the old one",
      "go",
      "\n// Old.\nfunc HERE() {}",
      "// HERE does.",
      "\n// HERE does.\nfunc HERE() {}",
    ],
    ["a plain comment of TypeScript stays", "typescript", "// why\nHERE", "/** New. */", "// why\n/** New. */\nHERE"],
    [
      "asked about with the old one",
      "typescript",
      "x\n/** HERE\n * Old.\n */\nfunction f() {}",
      "/** New. */",
      "x\n/** New. */\nfunction f() {}",
    ],
    [
      "asked about with the old one, indented",
      "rust",
      "impl A {\n\n    /// Old HERE.\n    /// Very.\n    #[inline]\n    fn f() {}",
      "/// New.",
      "impl A {\n\n    /// New.\n    #[inline]\n    fn f() {}",
    ],
    [
      "asked about with a comment that stays",
      "typescript",
      "/* HERE licence */\n\n// why\nfunction f() {}",
      "/** New. */",
      "/* HERE licence */\n\n// why\n/** New. */\nfunction f() {}",
    ],
    [
      "a private method is no comment",
      "typescript",
      "class A {\n  #HERE() {\n    f();",
      "/** Does. */",
      "class A {\n  /** Does. */\n  #HERE() {\n    f();",
    ],
    [
      "the name of the interpreter stays",
      "shellscript",
      "#!/bin/sh\nHERE() {",
      "# Does.",
      "#!/bin/sh\n# Does.\nHERE() {",
    ],
    [
      "orders to the compiler stay at the definition",
      "go",
      "\n// Old.\n//go:noinline\nfunc HERE() {}",
      "// New.",
      "\n// New.\n//go:noinline\nfunc HERE() {}",
    ],
    [
      "orders in front of the old one stay",
      "go",
      "//go:generate stringer\n// Old.\nfunc HERE() {}",
      "// New.",
      "//go:generate stringer\n// New.\nfunc HERE() {}",
    ],
    [
      "orders to a linter",
      "typescript",
      "// eslint-disable-next-line\nHERE",
      "/** New. */",
      "/** New. */\n// eslint-disable-next-line\nHERE",
    ],
    [
      "attributes in the reply are no comment",
      "rust",
      "#[inline]\nfn HERE() {}",
      "#[inline]\n/// Does.\nfn f() {}",
      "/// Does.\n#[inline]\nfn HERE() {}",
    ],
    [
      "asked about with a block comment of Lua, which stays",
      "lua",
      "--[[ HERE\n  adds.\n]]\nlocal function add(a, b)\nend",
      "-- Adds two numbers.",
      "--[[ HERE\n  adds.\n]]\n-- Adds two numbers.\nlocal function add(a, b)\nend",
    ],
    [
      "asked about with one whose end looks like a line comment",
      "lua",
      "--[==[ HERE\n-- ]] adds.\n--]==]\nlocal function add(a, b)\nend",
      "-- Adds.",
      "--[==[ HERE\n-- ]] adds.\n--]==]\n-- Adds.\nlocal function add(a, b)\nend",
    ],
    [
      "behind a block comment of Lua, in place of the old one",
      "lua",
      "-- Notes.\n--[[ long\n  text ]]\n-- Old.\nfunction HERE() end",
      "-- New.",
      "-- Notes.\n--[[ long\n  text ]]\n-- New.\nfunction HERE() end",
    ],
    [
      "behind one on a line",
      "lua",
      "-- Notes.\n--[[ HERE ]]\nfunction f() end",
      "-- New.",
      "-- Notes.\n--[[ HERE ]]\n-- New.\nfunction f() end",
    ],
    [
      "on the line where a block comment of Lua ends",
      "lua",
      "--[[ HERE ]] function f()\nend",
      "-- New.",
      "-- New.\n--[[ HERE ]] function f()\nend",
    ],
    [
      "a block comment of Lua in the reply",
      "lua",
      "do\n  function HERE() end",
      "--[[\n  Adds.\n]] function add()",
      "do\n  --[[\n    Adds.\n  ]]\n  function HERE() end",
    ],
    [
      "behind the path of the file",
      "typescript",
      "function HERE() {}",
      "// src/a.ts\n\n/** Does. */\nfunction f() {}",
      "/** Does. */\nfunction HERE() {}",
    ],
    [
      "indented in the reply",
      "lua",
      "function HERE() end",
      "  -- Does.\n  -- Well.",
      "-- Does.\n-- Well.\nfunction HERE() end",
    ],
    ["behind its name", "go", "func HERE() {}", "// File: a.go\n// HERE does.", "// HERE does.\nfunc HERE() {}"],
    [
      "a private field in the reply is no comment",
      "typescript",
      "class A {\n  HERE() {}\n}",
      "class A {\n  #items: Item[] = [];\n  /** Adds. */\n  add() {}\n}",
      "class A {\n  /** Adds. */\n  HERE() {}\n}",
    ],
    [
      "orders to the preprocessor are no comment",
      "c",
      "int HERE(void);",
      "#pragma once\n#ifdef A\n/** Does. */\nint f(void);",
      "/** Does. */\nint HERE(void);",
    ],
    ["Ruby", "ruby", "def HERE\nend", "# Does.\ndef f\nend", "# Does.\ndef HERE\nend"],
  ])("%s", (_name, languageId, code, reply, expected) => {
    expect(documented(code, reply, languageId)).toBe(expected);
  });

  it.each([
    ["one line", "def HERE(a):\n    return a", '"""Gives a."""', 'def HERE(a):\n    """Gives a."""\n    return a'],
    [
      "with the code, several lines",
      "class A:\n  def HERE(\n    self,\n  ):\n    pass",
      'def HERE(self):\n    """Does.\n\n    Returns:\n        nothing\n    """\n    pass',
      'class A:\n  def HERE(\n    self,\n  ):\n    """Does.\n\n    Returns:\n        nothing\n    """\n    pass',
    ],
    [
      "in place of the old one",
      'def HERE():\n    """Old.\n    Very.\n    """\n    pass',
      "'''New.'''",
      'def HERE():\n    """New."""\n    pass',
    ],
    [
      "behind a decorator",
      "@cached\ndef f(a: dict = {}) -> int:  # HERE\n    pass",
      '"""New."""',
      '@cached\ndef f(a: dict = {}) -> int:  # HERE\n    """New."""\n    pass',
    ],
    [
      "with a number sign in a string",
      "def HERE(color=\"#fff\", sep='\"#'):  # don't\n    pass",
      '"""New."""',
      'def HERE(color="#fff", sep=\'"#\'):  # don\'t\n    """New."""\n    pass',
    ],
    [
      "asked about with a comment that is not indented",
      "class A:\n# HERE\n    def f():\n        pass",
      '"""New."""',
      'class A:\n# HERE\n    def f():\n        """New."""\n        pass',
    ],
    [
      "with quotes in it",
      "def HERE():\n    pass",
      "'''Gives the \"name\"'''",
      "def HERE():\n    '''Gives the \"name\"'''\n    pass",
    ],
    [
      "with a quote at its end",
      "def HERE():\n    pass",
      '"""Gives the "name" """',
      'def HERE():\n    """Gives the "name" """\n    pass',
    ],
    [
      "with an escaped quote at its end",
      "def HERE():\n    pass",
      '"""Gives the "name\\""""',
      'def HERE():\n    """Gives the "name\\" """\n    pass',
    ],
    [
      "behind blank lines, comments and a decorator of several lines",
      '# HERE\n\n@route(\n    "/(",\n)\n@cached\nasync def f():\n    pass',
      '"""New."""',
      '# HERE\n\n@route(\n    "/(",\n)\n@cached\nasync def f():\n    """New."""\n    pass',
    ],
    ["raw", "def HERE():\n    pass", 'r"""Matches \\d+."""', 'def HERE():\n    r"""Matches \\d+."""\n    pass'],
  ])("Python: %s", (_name, code, reply, expected) => {
    expect(documented(code, reply, "python")).toBe(expected);
  });

  it.each([
    ["no comment", "typescript", "HERE", "function f() {}"],
    ["the path of the file alone", "typescript", "HERE", "// src/a.ts\nfunction f() {}"],
    ["an open block comment of Lua", "lua", "function HERE() end", "--[[ never ends"],
    ["an open comment", "typescript", "HERE", "/**\n * never ends"],
    ["includes are no comments", "c", "HERE", "#include <a.h>"],
    ["Python without a docstring", "python", "def HERE():\n  pass", "def f():\n  pass"],
    ["Python on one line", "python", "def HERE(): pass", '"""Does."""'],
    ["Python: a value, above a function", "python", 'HERE = {\n}\n\ndef run():\n    """Runs."""', '"""Settings."""'],
    ["Python: a decorated value", "python", '@HERE\n\nlimit = 1\ndef run():\n    """Runs."""', '"""Settings."""'],
    ["a private field is no comment", "javascript", "HERE", "#items = [];"],
  ])("null: %s", (_name, languageId, code, reply) => {
    expect(documented(code, reply, languageId)).toBeNull();
  });
});
