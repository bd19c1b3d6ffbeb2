/** What a question names by "#" in its own words: typed to the end, and not chosen from the list. Pure. */
import { HunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import type { Reference } from "../../common/panel.ts";
import type { SymbolLines } from "../../host/code.ts";

export interface TypedMentions {
  selection: boolean;
  problems: boolean;
  changes: boolean;
  /** Names or paths of files. */
  files: string[];
  /** Names of definitions. */
  symbols: string[];
}

const code = /```[\s\S]*?(?:```|$)|`[^`\n]*`/g;
/** As a word of its own; before a brace it is a selector of CSS. */
const mention = /(?<=^|[\s(])#(?:(selection|problems|changes)(?=[\s.,;:!?)]|$)(?!\s*\{)|(file|symbol):([^\s#]+))/gi;

export function typedMentions(question: string): TypedMentions {
  const found = [...question.replace(code, " ").matchAll(mention)];
  const kinds = new Set(found.map(([, kind]) => kind?.toLowerCase()));
  const named = (wanted: string) => {
    const names = found.flatMap(([, , kind, name]) => (kind?.toLowerCase() === wanted && name ? [name] : []));
    return [...new Set(names.map((name) => name.replace(/[.,;:!?)]+$/, "")))].filter((name) => name !== "");
  };
  return {
    selection: kinds.has("selection"),
    problems: kinds.has("problems"),
    changes: kinds.has("changes"),
    files: named("file"),
    symbols: named("symbol"),
  };
}

/** Those of a question in other words that it did not have before. */
export function mentionsBeyond(now: TypedMentions, before: TypedMentions): TypedMentions {
  return {
    selection: now.selection && !before.selection,
    problems: now.problems && !before.problems,
    changes: now.changes && !before.changes,
    files: now.files.filter((name) => !before.files.includes(name)),
    symbols: now.symbols.filter((name) => !before.symbols.includes(name)),
  };
}

/**
 * The file that a name or the end of a path means.
 * @throws HunchError when it is none of `files`, or several
 */
export function fileNamed(
  name: string,
  files: readonly (Reference & { kind: "file" })[],
): Reference & { kind: "file" } {
  const wanted = name.replaceAll("\\", "/").toLowerCase();
  const labels = files.map((file) => ({ file, label: file.label.replaceAll("\\", "/").toLowerCase() }));
  const whole = labels.filter(({ label }) => label === wanted);
  const fitting = whole.length > 0 ? whole : labels.filter(({ label }) => label.endsWith(`/${wanted}`));
  const [first, second] = fitting;
  if (!first)
    throw new HunchError("fileNotFound", t("There is no file “{0}” in the workspace.", name), {
      hint: t("Choose one from the list that # opens, or remove it from the question."),
    });
  if (second)
    throw new HunchError("usage", t("More than one file is named “{0}”.", name), {
      hint: t("Write its folder too, as in #file:{0}.", first.file.label),
    });
  return first.file;
}

export type SymbolReference = Reference & { kind: "symbol" };

/**
 * The definition that a name means.
 * @param symbols those of the open file first
 * @throws HunchError when it is none of `symbols`, or several of different files
 */
export function symbolNamed(name: string, symbols: readonly SymbolReference[]): SymbolReference {
  // Some services put a function's parameters behind its name.
  const bare = (symbol: SymbolReference) => symbol.name.replace(/\(.*$/s, "");
  const whole = symbols.filter((symbol) => bare(symbol) === name);
  const fitting =
    whole.length > 0 ? whole : symbols.filter((symbol) => bare(symbol).toLowerCase() === name.toLowerCase());
  const [first] = fitting;
  const hint = t("Choose one from the list that # opens, or remove it from the question.");
  if (!first) throw new HunchError("usage", t("There is no definition “{0}” in the workspace.", name), { hint });
  if (fitting.some(({ uri }) => uri !== first.uri))
    throw new HunchError("usage", t("More than one definition is named “{0}”.", name), { hint });
  return first;
}

/**
 * Where a symbol is now that was chosen when it began at `startLine` (0-based): of those with its name the one that still
 * begins there, or holds that line (what found it may count its comment in), else the nearest definition. null where none
 * has its name, or the language service knows none yet.
 */
export function symbolNow(name: string, startLine: number, symbols: readonly SymbolLines[]): SymbolLines | null {
  const named = withinAll(symbols).filter((symbol) => symbol.name === name);
  const definitions = named.filter(({ isDefinition }) => isDefinition);
  const distance = (symbol: SymbolLines) => Math.abs(symbol.startLine - startLine);
  return (
    named.find((symbol) => distance(symbol) === 0) ??
    named.find((symbol) => symbol.startLine <= startLine && startLine <= symbol.endLine) ??
    (definitions.length > 0 ? definitions : named).sort((a, b) => distance(a) - distance(b))[0] ??
    null
  );
}

function withinAll(symbols: readonly SymbolLines[]): SymbolLines[] {
  return symbols.flatMap((symbol) => [symbol, ...withinAll(symbol.children)]);
}

/** Those that are there, and those of `mentioned` that are not yet. */
export function withMentioned(references: readonly Reference[], mentioned: readonly Reference[]): Reference[] {
  const isThere = (one: Reference) =>
    references.some(
      (other) =>
        other.kind === one.kind &&
        (!("uri" in one) || ("uri" in other && other.uri === one.uri)) &&
        (one.kind !== "symbol" || (other.kind === "symbol" && other.name === one.name)),
    );
  return [...references, ...mentioned.filter((one) => !isThere(one))];
}
