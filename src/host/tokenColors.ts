/**
 * The colours of code that a colour theme gives, for the panel: VS Code hands webviews the colours of its own parts but not
 * those of code. Reads a theme's TextMate rules and the user's `editor.tokenColorCustomizations`. Pure.
 */
import { type CodeColors, type CodeKind, codeKinds } from "../common/panel.ts";

/** A rule of a theme: what the scopes it names look like. */
export interface TokenRule {
  scope?: unknown;
  settings?: unknown;
}

/** What each kind of code is to a TextMate grammar; of several, the first that the theme colours. */
const scopes: Readonly<Record<CodeKind, readonly string[]>> = {
  keyword: ["keyword", "storage.type", "keyword.control"],
  literal: ["constant.language"],
  string: ["string.quoted.double"],
  regexp: ["string.regexp"],
  number: ["constant.numeric"],
  function: ["entity.name.function", "support.function"],
  type: ["entity.name.type.class", "entity.name.class", "support.class", "support.type"],
  variable: ["variable.other.readwrite"],
  tag: ["entity.name.tag"],
  comment: ["comment.line"],
  added: ["markup.inserted"],
  removed: ["markup.deleted"],
};

/** Rules that `editor.tokenColorCustomizations` has by a short name. */
const shortNames: Readonly<Record<string, string>> = {
  comments: "comment",
  strings: "string",
  keywords: "keyword, keyword.control, storage, storage.type",
  numbers: "constant.numeric",
  types: "entity.name.type, entity.name.class, support.type, support.class",
  functions: "entity.name.function, support.function",
  variables: "variable, entity.name.variable",
};

const hexColor = /^#(?:[\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})$/i;

/** The colour of each kind of code that the rules colour; of rules that fit equally well, the last counts. */
export function codeColors(rules: readonly TokenRule[]): CodeColors {
  const parsed = rules.flatMap(parseRule);
  const entries = codeKinds.flatMap((kind) => {
    const color = scopes[kind].map((scope) => colorOf(scope, parsed)).find((found) => found !== null);
    return color ? [[kind, color] as const] : [];
  });
  return Object.fromEntries(entries);
}

/** The rules that the user adds to a theme, those for all themes first. */
export function customizedRules(customizations: unknown, themeName: string): TokenRule[] {
  if (!isObject(customizations)) return [];
  const own = Object.entries(customizations).flatMap(([name, value]) =>
    namesTheme(name, themeName) && isObject(value) ? rulesIn(value) : [],
  );
  return [...rulesIn(customizations), ...own];
}

function rulesIn(customizations: Record<string, unknown>): TokenRule[] {
  const short = Object.entries(shortNames).flatMap(([name, scope]) => {
    const value = customizations[name];
    return value === undefined ? [] : [{ scope, settings: isObject(value) ? value : { foreground: value } }];
  });
  const { textMateRules } = customizations;
  return [...short, ...(Array.isArray(textMateRules) ? textMateRules.filter(isObject) : [])];
}

/** "[Monokai]", "[Monokai][Abyss]" or, with a star for any text, "[*Dark*]". */
function namesTheme(name: string, themeName: string): boolean {
  return [...name.matchAll(/\[([^\]]+)\]/g)].some(([, wanted = ""]) => {
    const parts = wanted.split("*").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}$`, "i").test(themeName);
  });
}

interface ParsedRule {
  scope: string;
  color: string;
}

function parseRule({ scope, settings }: TokenRule): ParsedRule[] {
  const color = isObject(settings) ? settings.foreground : undefined;
  if (typeof color !== "string" || !hexColor.test(color)) return [];
  const all = Array.isArray(scope) ? scope : [scope];
  return all
    .filter((one): one is string => typeof one === "string")
    .flatMap((list) => list.split(","))
    .map((one) => one.trim())
    .filter((one) => one !== "" && !/\s/.test(one)) // those with a parent mean one language, or a part of something
    .map((one) => ({ scope: one, color }));
}

function colorOf(scope: string, rules: readonly ParsedRule[]): string | null {
  let best: ParsedRule | null = null;
  for (const rule of rules) {
    const fits = scope === rule.scope || scope.startsWith(`${rule.scope}.`);
    if (fits && (!best || rule.scope.length >= best.scope.length)) best = rule;
  }
  return best?.color ?? null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
