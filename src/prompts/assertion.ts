/**
 * An answer begun as code, for questions after the value of a call. A model that has read much code knows what stands
 * behind `assert f(3) ==` better than what stands behind "Answer:" (Qwen2.5-Coder 1.5B, 74 CRUXEval-O questions without a
 * thought: 26 right in place of 19); CRUXEval itself asks so (arXiv 2401.03065). Pure.
 */
import type { CodeOpening } from "../common/thinkingControls.ts";
import type { CodePiece } from "./code.ts";
import { definitionsOf, type PythonDefinition } from "./pythonDefinitions.ts";
import { asksForReturnValue, asksForValueAlone } from "./questionKind.ts";

/**
 * @returns null where the question is after no value that a call returns, names no call or several, the call is given what
 *   nobody knows, or the code is in a language for which this was not measured
 */
export function assertionOpening(question: string, code: readonly CodePiece[]): CodeOpening | null {
  const calls = callsIn(question);
  const [call] = calls;
  if (call === undefined || calls.length > 1 || !asksForReturnValue(question, call)) return null;
  const python = code.filter(({ languageId }) => languageId === "python").map((piece) => piece.code);
  // CRUXEval's "output" is what is returned; that of code which prints may be something else.
  if (/output|ausgabe/i.test(question) && python.some((text) => /\bprint\(/.test(text))) return null;
  return isDefined(call, python) && isGivenValues(call, python)
    ? { lead: `\`\`\`python\nassert ${call} ==`, close: "\n```\n\n" }
    : null;
}

/** It leaves nothing of the question unanswered. */
export function isAllThatIsAsked(question: string): boolean {
  return callsIn(question).every((call) => asksForValueAlone(question, call));
}

/**
 * The code defines what is called there, such that this is a call: `total()` may only name a function, one that has to be
 * given something or a method of nobody knows which object.
 */
function isDefined(call: string, code: readonly string[]): boolean {
  const [path = "", given = ""] = call.split(/\((.*)\)$/s);
  const [name = "", ...receivers] = path.split(".").reverse();
  const receiver = receivers.at(-1);
  const isKnown = receiver !== undefined && isTopLevel(receiver, code);
  const isClass = isKnown && code.some((text) => definitionsOf(receiver, text).some((found) => found.isClass));
  const meant = code
    .flatMap((text) => definitionsOf(name, text))
    .filter(({ isMember }) => receiver !== undefined || !isMember);
  const fits = ({ isMember, returnsAtOnce, required }: PythonDefinition) => {
    const isLeftOut = (parameter: string) => isMember && (parameter === "cls" || (parameter === "self" && !isClass));
    const hasAll = given.trim() !== "" || (required?.every(isLeftOut) ?? false);
    // What stands in front of a function that is no method is its module.
    return returnsAtOnce && hasAll && (!isMember || isKnown);
  };
  return meant.length > 0 && meant.every(fits);
}

/** Names that stand for the same everywhere, those of a method or of an argument aside. */
const builtIn = new Set(
  "True False None dict set frozenset list tuple range bytes bytearray str int float bool".split(" "),
);

/** Its arguments are literals and what the code defines: nothing whose value depends on who calls it. */
function isGivenValues(call: string, code: readonly string[]): boolean {
  const given = call
    .slice(call.indexOf("("))
    .replace(/(?<!\p{L})[bru]{0,2}(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")/giu, "''");
  const names = given.match(/(?<![\p{L}\p{N}_.])[\p{L}_][\p{L}\p{N}_]*(?!\s*=(?!=))(?![\p{L}\p{N}_])/gu) ?? [];
  return names.every((name) => builtIn.has(name) || isTopLevel(name, code));
}

/** What is assigned further in depends on who calls it, in a piece too that is indented as a whole. */
function isTopLevel(name: string, code: readonly string[]): boolean {
  const assigned = new RegExp(String.raw`^${name}\s*(?::[^=\n]+)?=(?!=)`, "mu");
  return code.some((text) => assigned.test(text) || definitionsOf(name, text).some(({ isMember }) => !isMember));
}

/** Calls such as `f(3, ")")`, each once: what is in backticks and has brackets, if there is any, else those in the text. */
function callsIn(question: string): string[] {
  const quoted = [...question.matchAll(/`([^`\n]*\([^`\n]*)`/g)].map(([, span = ""]) => span.trim());
  if (quoted.length > 0) return [...new Set(quoted)].filter((span) => callAt(span, 0) === span);
  const plain = [...question.matchAll(/(?<![\p{L}\p{N}_.])(?=[\p{L}_][\p{L}\p{N}_.]*\()/gu)];
  return [...new Set(plain.flatMap(({ index }) => callAt(question, index) ?? []))];
}

/** The call that begins there, up to its closing bracket; null where none does. */
function callAt(text: string, start: number): string | null {
  const head = /^[\p{L}_][\p{L}\p{N}_.]*\(/u.exec(text.slice(start))?.[0];
  if (!head) return null;
  let depth = 1;
  let quote = "";
  for (let i = start + head.length; i < text.length; i++) {
    const char = text[i]!;
    if (char === "\n") return null;
    if (quote !== "") {
      if (char === "\\") i++;
      else if (char === quote) quote = "";
    } else if (char === "'" || char === '"') quote = char;
    else if ("([{".includes(char)) depth++;
    else if (")]}".includes(char) && --depth === 0) return text.slice(start, i + 1);
  }
  return null;
}
