import { describe, expect, it } from "vitest";
import { parseJsonc } from "../../../src/host/jsonc.ts";
import { codeColors, customizedRules, type TokenRule } from "../../../src/host/tokenColors.ts";

/** From VS Code's Dark+ (MIT), with what it includes first. */
const darkPlus: TokenRule[] = [
  { scope: ["meta.embedded", "string meta.image.inline.markdown"], settings: { foreground: "#D4D4D4" } },
  { scope: "emphasis", settings: { fontStyle: "italic" } },
  { scope: "comment", settings: { foreground: "#6A9955" } },
  { scope: "constant.language", settings: { foreground: "#569cd6" } },
  { scope: ["constant.numeric", "variable.other.enummember"], settings: { foreground: "#b5cea8" } },
  { scope: "entity.name.tag", settings: { foreground: "#569cd6" } },
  { scope: ["entity.name.tag.css"], settings: { foreground: "#d7ba7d" } },
  { scope: "markup.inserted", settings: { foreground: "#b5cea8" } },
  { scope: "markup.deleted", settings: { foreground: "#ce9178" } },
  { scope: ["string", "meta.embedded.assembly"], settings: { foreground: "#ce9178" } },
  { scope: "string.regexp", settings: { foreground: "#d16969" } },
  { scope: "keyword", settings: { foreground: "#569cd6" } },
  { scope: "keyword.control", settings: { foreground: "#569cd6" } },
  { scope: ["entity.name.function", "support.function"], settings: { foreground: "#DCDCAA" } },
  { scope: ["support.class", "support.type", "entity.name.type"], settings: { foreground: "#4EC9B0" } },
  { scope: ["keyword.control", "source.cpp keyword.operator.new"], settings: { foreground: "#C586C0" } },
  { scope: ["variable", "meta.definition.variable.name"], settings: { foreground: "#9CDCFE" } },
];

describe("the colours of code in a theme", () => {
  it("are those of Dark+", () => {
    expect(codeColors(darkPlus)).toEqual({
      keyword: "#569cd6",
      literal: "#569cd6",
      string: "#ce9178",
      regexp: "#d16969",
      number: "#b5cea8",
      function: "#DCDCAA",
      type: "#4EC9B0",
      variable: "#9CDCFE",
      tag: "#569cd6",
      comment: "#6A9955",
      added: "#b5cea8",
      removed: "#ce9178",
    });
  });

  it("are those of Monokai, whose rules name several scopes with commas", () => {
    const monokai: TokenRule[] = [
      { settings: { foreground: "#F8F8F2" } },
      { scope: "comment", settings: { foreground: "#88846f" } },
      { scope: "keyword", settings: { foreground: "#F92672" } },
      { scope: "storage.type", settings: { fontStyle: "italic", foreground: "#66D9EF" } },
      { scope: "entity.name.type, entity.name.class, entity.name.namespace", settings: { foreground: "#A6E22E" } },
      { scope: "support.type, support.class", settings: { foreground: "#66D9EF" } },
    ];
    expect(codeColors(monokai)).toEqual({ keyword: "#F92672", type: "#A6E22E", comment: "#88846f" });
  });

  it("prefer the longer scope, and of two alike the later", () => {
    const rules: TokenRule[] = [
      { scope: "string.quoted", settings: { foreground: "#111111" } },
      { scope: "string", settings: { foreground: "#222222" } },
      { scope: "comment", settings: { foreground: "#333333" } },
      { scope: "comment", settings: { foreground: "#444" } },
      { scope: "comments", settings: { foreground: "#555555" } },
    ];
    expect(codeColors(rules)).toEqual({ string: "#111111", regexp: "#222222", comment: "#444" });
  });

  it("are none of what is no rule or no colour", () => {
    const odd = [
      { scope: "comment", settings: { foreground: "url(x)" } },
      { scope: 3, settings: { foreground: "#123456" } },
      { scope: ["string", null], settings: null },
      { scope: "source.css string", settings: { foreground: "#123456" } },
      {},
    ];
    expect(codeColors(odd)).toEqual({});
  });
});

describe("the user's own colours of code", () => {
  const customizations = {
    comments: "#111111",
    functions: { foreground: "#222222", fontStyle: "bold" },
    textMateRules: [{ scope: "keyword", settings: { foreground: "#333333" } }, "no rule"],
    "[Dark+][Monokai]": { comments: "#444444" },
    "[*Light*]": { comments: "#555555" },
  };
  const withCustom = (theme: string) => codeColors([...darkPlus, ...customizedRules(customizations, theme)]);

  it("count after the theme's, those for the theme last", () => {
    expect(withCustom("Abyss")).toMatchObject({ comment: "#111111", function: "#222222", keyword: "#333333" });
    expect(withCustom("Monokai").comment).toBe("#444444");
    expect(withCustom("Quiet Light").comment).toBe("#555555");
  });

  it.each([null, "x", [], { "[Dark+]": null, "[[(": {} }])("may be anything: %j", (value) => {
    expect(customizedRules(value, "Dark+")).toEqual([]);
  });
});

describe("parseJsonc", () => {
  it("reads comments and trailing commas, and leaves strings alone", () => {
    const text = '\ufeff// theme\n{ "a": "// no \\" comment /* */,}", /* b\n */ "b": [1, 2,\n], }\n';
    expect(parseJsonc(text)).toEqual({ a: '// no " comment /* */,}', b: [1, 2] });
  });

  it("says when it is none", () => {
    expect(() => parseJsonc("<plist>")).toThrow(SyntaxError);
  });
});
