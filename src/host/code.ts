/** Which code a question is about, and whether it is code at all; without an editor, so that it can be tested. */

import { HunchError } from "../common/errors.ts";
import { decimal, t } from "../common/l10n.ts";
import type { LineSpan } from "./indentation.ts";

/** Larger selections can not be meant: a model reads some ten thousand characters in a minute on a processor. */
export const maxCodeBytes = 1_000_000;

/** Throws emptyInput, inputTooLarge or binaryInput when `text` is nothing that can be explained. */
export function checkCode(text: string, what: string): void {
  if (text.trim() === "")
    throw new HunchError("emptyInput", t("{0} is empty.", what), {
      hint: t("Select the code that the question is about."),
    });
  const bytes = Buffer.byteLength(text);
  if (bytes > maxCodeBytes)
    throw new HunchError(
      "inputTooLarge",
      t("{0} has {1} MB; at most {2} MB can be asked about.", what, decimal(bytes / 1e6, 1), maxCodeBytes / 1e6),
      { hint: t("Select a smaller part of it, a function for example.") },
    );
  if (isBinary(text))
    throw new HunchError("binaryInput", t("{0} is binary data, not text.", what), {
      hint: t("Open a text file and select some code."),
    });
}

/** NUL never stands in source code; one replacement character in ten comes from decoding what is no text. */
function isBinary(text: string): boolean {
  if (text.includes("\0")) return true;
  const sample = text.slice(0, 8_192);
  const replaced = sample.split("\uFFFD").length - 1;
  return replaced > sample.length / 10;
}

/** The lines of a whole document, 0-based and inclusive: a line break at its end ends the last line and begins no other. */
export function fileLines(document: { lineCount: number; lineAt(line: number): { text: string } }): LineSpan {
  const last = document.lineCount - 1;
  return { startLine: 0, endLine: last > 0 && document.lineAt(last).text === "" ? last - 1 : last };
}

/** Lines of a symbol, 0-based and inclusive; children lie inside. */
export interface SymbolLines {
  name: string;
  startLine: number;
  endLine: number;
  /** Functions, methods, classes and the like; not variables or fields. */
  isDefinition: boolean;
  children: SymbolLines[];
}

/** The innermost definition around a line; else the innermost symbol of any kind; null where there is none. */
export function enclosingSymbol(symbols: readonly SymbolLines[], line: number): SymbolLines | null {
  let any: SymbolLines | null = null;
  let definition: SymbolLines | null = null;
  let level = symbols;
  for (;;) {
    const around = level.find((symbol) => symbol.startLine <= line && line <= symbol.endLine);
    if (!around) return definition ?? any;
    any = around;
    if (around.isDefinition) definition = around;
    level = around.children;
  }
}

/** All definitions, each before those inside it. */
export function definitionsIn(symbols: readonly SymbolLines[]): SymbolLines[] {
  return symbols.flatMap((symbol) => [...(symbol.isDefinition ? [symbol] : []), ...definitionsIn(symbol.children)]);
}

/** The name alone: "(*Cart).Add" → "Add", "total(List<Item>)" → "total"; "" for what has none. */
export function bareName(name: string): string {
  return /([\p{L}_$][\p{L}\p{N}_$]*)\s*(?:<[^()]*>)?(?:\(.*\))?$/u.exec(name)?.[1] ?? "";
}

/** Words that begin a definition in one language or another, as alternatives of a pattern; "function" has a sign of its own. */
export const definitionWords =
  "class|interface|enum|struct|trait|union|fn|func|def|fun|type|module|namespace|record|object|protocol|sub|proc";
