/** The functions and classes of that name in Python code, as far as a question after a call needs to know them. Pure. */

export interface PythonDefinition {
  isClass: boolean;
  /** It stands in a class, or says so by its first parameter where the class is not shown: its name alone is no call of it. */
  isMember: boolean;
  /** A call is worth what is returned: it is neither `async` nor a generator. */
  returnsAtOnce: boolean;
  /** Parameters that a call has to give, `self` among them; null where the definition does not tell. */
  required: string[] | null;
}

/** A statement, or the head of a block: on one line, with neither comments nor what its strings say. */
interface Line {
  indent: number;
  text: string;
}

export function definitionsOf(name: string, code: string): PythonDefinition[] {
  const head = new RegExp(String.raw`^(async\s+)?(def|class)\s+${name}(?![\p{L}\p{N}_])\s*(?:\[.*?\]\s*)?`, "u");
  const lines = linesOf(code);
  return lines.flatMap(({ text }, at): PythonDefinition[] => {
    const found = head.exec(text);
    if (!found) return [];
    const isInClass = standsInClass(lines, at);
    if (found[2] === "class") return [{ isClass: true, isMember: isInClass, returnsAtOnce: true, required: null }];
    const rest = text.slice(found[0].length);
    const length = bracketLength(rest);
    const list = length === null ? null : rest.slice(1, length - 1);
    const isMember = isInClass || /^\s*(?:self|cls)\b/.test(list ?? "");
    const isGenerator = length !== null && yieldsBelow(lines, at, rest.slice(length));
    const returnsAtOnce = found[1] === undefined && !isGenerator;
    return [{ isClass: false, isMember, returnsAtOnce, required: list === null ? null : requiredOf(list) }];
  });
}

const opensScope = /^(?:(?:async\s+)?def|class)\s/;
const yields = /(?<![\p{L}\p{N}_.])yield(?![\p{L}\p{N}_])/u;
const commentOrString =
  /#[^\n]*|'''(?:\\[\s\S]|[^\\])*?'''|"""(?:\\[\s\S]|[^\\])*?"""|'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"/g;

function linesOf(code: string): Line[] {
  const bare = code.replace(commentOrString, (part) => (part.startsWith("#") ? "" : "''"));
  let depth = 0;
  const joined = bare.replace(/\\\r?\n|[([{)\]}\n]/g, (part) => {
    if ("([{".includes(part)) depth++;
    else if (")]}".includes(part)) depth = Math.max(0, depth - 1);
    else if (part !== "\n" || depth > 0) return " ";
    return part;
  });
  const lines = joined.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => ({ indent: line.length - line.trimStart().length, text: line.trim() }));
}

/** The nearest class or function around it, whatever `if` or `try` is between, is a class. */
function standsInClass(lines: readonly Line[], at: number): boolean {
  let { indent } = lines[at]!;
  for (let above = at - 1; above >= 0 && indent > 0; above--) {
    const line = lines[above]!;
    if (line.indent >= indent) continue;
    if (opensScope.test(line.text)) return line.text.startsWith("class");
    ({ indent } = line);
  }
  return false;
}

/** What a function inside it yields is not its own. @param rest of the head's line, behind the parameters */
function yieldsBelow(lines: readonly Line[], at: number, rest: string): boolean {
  if (yields.test(rest)) return true;
  let inner = Number.POSITIVE_INFINITY;
  for (const { indent, text } of lines.slice(at + 1)) {
    if (indent <= lines[at]!.indent) return false;
    if (indent > inner) continue;
    const opens = opensScope.test(text);
    inner = opens ? indent : Number.POSITIVE_INFINITY;
    if (!opens && yields.test(text)) return true;
  }
  return false;
}

/** Up to behind the bracket that closes the text's first character; null where it is none, or is not closed. */
function bracketLength(text: string): number | null {
  if (!text.startsWith("(")) return null;
  let depth = 0;
  for (const { 0: part, index } of text.matchAll(/[([{]|[)\]}]/g)) {
    if ("([{".includes(part)) depth++;
    else if (--depth === 0) return index + 1;
  }
  return null;
}

/** @param list what stands between the brackets of a definition */
function requiredOf(list: string): string[] {
  let flat = list;
  for (let before = ""; before !== flat; ) {
    before = flat;
    flat = flat.replace(/\([^()[\]{}]*\)|\[[^()[\]{}]*\]|\{[^()[\]{}]*\}/g, "0");
  }
  const parameters = flat.split(",").map((parameter) => parameter.trim());
  return parameters.filter((parameter) => /^[\p{L}_]/u.test(parameter) && !parameter.includes("="));
}
