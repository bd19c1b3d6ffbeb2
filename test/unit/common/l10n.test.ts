/** Every word that people read can be translated, and the German translation has all of them. */
import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { afterEach, describe, expect, it } from "vitest";
import { decimal, setLocalisation, t } from "../../../src/common/l10n.ts";
import { catalogue } from "../../../src/models/catalogue.ts";
import { bareWords, hasWords } from "./support/bareWords.ts";
import { everyNode, isTranslation, root, where } from "./support/sources.ts";

const readJson = (name: string) => JSON.parse(readFileSync(path.join(root, name), "utf8"));
const german: Record<string, string> = readJson("l10n/bundle.l10n.de.json");
const placesOf = (text: string) => [...text.matchAll(/\{\d+\}/g)].map(String).sort();

afterEach(() => setLocalisation({ language: "en", table: {} }));

describe("t", () => {
  it("fills the places, also in another order, and leaves what is not known in English", () => {
    setLocalisation({ language: "de", table: { "{0} of {1}": "von {1} {0}" } });
    expect(t("{0} of {1}", 3, "x{0}")).toBe("von x{0} 3");
    expect(t("Nothing {0} known", "$&")).toBe("Nothing $& known");
    expect(t("toString")).toBe("toString");
  });
});

/** Messages that stand in data in place of the source, by the expression that t() gets. */
const sentences: Record<string, readonly string[]> = { "model.summary": catalogue.map(({ summary }) => summary) };

describe("the German table", () => {
  const keys = new Set<string>();
  const faults: string[] = [];
  everyNode((node, source) => {
    if (!isTranslation(node, source)) return;
    const [message, ...values] = node.arguments;
    const data = sentences[message?.getText(source) ?? ""];
    for (const sentence of data ?? []) keys.add(sentence);
    if (data) return;
    if (!message || !ts.isStringLiteralLike(message)) {
      faults.push(`${where(node, source)}: no literal`);
      return;
    }
    keys.add(message.text);
    if (new Set(placesOf(message.text)).size !== values.length)
      faults.push(`${where(node, source)}: places and values`);
    if (!ts.findAncestor(node, ts.isFunctionLike))
      faults.push(`${where(node, source)}: said before the language is known`);
  });

  it("calls of t() have a literal, as many values as places, and run after the start", () => {
    expect(faults).toEqual([]);
    expect(keys.size).toBeGreaterThan(400);
  });

  it("has every sentence and no other", () => {
    expect(Object.keys(german).sort()).toEqual([...keys].sort());
  });

  it("keeps the places, and the icons that words stand beside", () => {
    for (const [english, translated] of Object.entries(german)) {
      expect(placesOf(translated), english).toEqual(placesOf(english));
      expect(translated.trim(), english).not.toBe("");
      expect(translated, english).not.toMatch(/\$\(/);
    }
  });
});

describe("words in the source", () => {
  const labels = new Set(["aria-label", "title", "placeholder", "label"]);
  /** Errors whose text becomes part of a sentence, and which of their arguments it is. */
  const fragments: Record<string, number> = { SourceError: 1, Interruption: 0, BadValue: 0, EndOfFile: 0 };

  it("errors that people see, what sentences are filled with, texts and labels of the panel, and the editor's messages go through t()", () => {
    const found: string[] = [];
    const check = (node: ts.Node | undefined, source: ts.SourceFile) => {
      if (node) found.push(...bareWords(node).map((text) => `${where(node, source)}: ${text}`));
    };
    everyNode((node, source) => {
      if (ts.isNewExpression(node) && node.expression.getText(source) in fragments)
        check(node.arguments?.[fragments[node.expression.getText(source)] ?? 0], source);
      else if (isTranslation(node, source)) for (const value of node.arguments.slice(1)) check(value, source);
      else if (ts.isNewExpression(node) && node.expression.getText(source) === "HunchError") {
        const [code, message, options] = node.arguments ?? [];
        if (code && ts.isStringLiteral(code) && code.text === "internal") return;
        check(message, source);
        if (options && ts.isObjectLiteralExpression(options))
          for (const property of options.properties)
            if (ts.isPropertyAssignment(property) && property.name.getText(source) === "hint")
              check(property.initializer, source);
      } else if (ts.isJsxText(node) && hasWords(node.text)) found.push(`${where(node, source)}: ${node.text.trim()}`);
      else if (ts.isJsxAttribute(node) && labels.has(node.name.getText(source))) check(node.initializer, source);
      else if (ts.isCallExpression(node) && /\.show\w+Message$/.test(node.expression.getText(source)))
        for (const argument of node.arguments) check(argument, source);
    });
    expect(found).toEqual([]);
  });
});

describe("the manifest", () => {
  const manifest = readJson("package.json");
  const english: Record<string, string> = readJson("package.nls.json");
  const visible = new Set([
    "title",
    "description",
    "markdownDescription",
    "label",
    "name",
    "contextualTitle",
    "altText",
  ]);
  const lists = new Set(["enumDescriptions", "markdownEnumDescriptions"]);
  const shown: [place: string, text: string][] = [["description", manifest.description]];
  const walk = (value: unknown, place: string): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, child] of Object.entries(value)) {
      if (typeof child === "string" && visible.has(key)) shown.push([`${place}.${key}`, child]);
      else if (Array.isArray(child) && lists.has(key))
        shown.push(...child.map((text): [string, string] => [key, text]));
      else walk(child, `${place}.${key}`);
    }
  };
  walk(manifest.contributes, "contributes");
  /** What a command of `@hunch` is called is typed by people, in any language. */
  const isName = ([place, text]: [string, string]) =>
    text === "Hunch" || (place.includes("chatParticipants") && place.endsWith(".name"));

  it("has words only in package.nls.json", () => {
    expect(shown.filter((entry) => !isName(entry) && !/^%[\w.-]+%$/.test(entry[1]))).toEqual([]);
    expect(shown.length).toBeGreaterThan(80);
  });

  it("uses every key, knows each, and the German file has the same", () => {
    const used = shown.flatMap(([, text]) => /^%(.+)%$/.exec(text)?.[1] ?? []);
    expect([...new Set(used)].sort()).toEqual(Object.keys(english).sort());
    expect(Object.keys(readJson("package.nls.de.json"))).toEqual(Object.keys(english));
  });

  it("names settings and code in German as in English", () => {
    const translated: Record<string, string> = readJson("package.nls.de.json");
    const codeOf = (text = "") => (text.match(/`[^`]+`/g) ?? []).sort();
    for (const [key, text] of Object.entries(english)) expect(codeOf(translated[key]), key).toEqual(codeOf(text));
  });

  it("the package has the translations", () => {
    const ignore = readFileSync(path.join(root, ".vscodeignore"), "utf8").split("\n");
    expect(ignore).toEqual(expect.arrayContaining(["!l10n/**", "!package.nls.json", "!package.nls.*.json"]));
    expect(manifest.l10n).toBe("./l10n");
  });
});

describe("decimal", () => {
  it("has the language's decimal mark, and no grouping", () => {
    expect([decimal(2.13, 1), decimal(12_345.678, 2), decimal(3.2, 0)]).toEqual(["2.1", "12345.68", "3"]);
    setLocalisation({ language: "de", table: {} });
    expect([decimal(2.13, 1), decimal(12_345.678, 2), decimal(-0.5, 1)]).toEqual(["2,1", "12345,68", "-0,5"]);
  });
});
