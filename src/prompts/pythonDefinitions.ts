/** The functions and classes of that name in Python code, as far as a question after a call needs to know them. Pure. */

export interface PythonDefinition {
  isClass: boolean;
  /** It stands inside a class, a function or another block. */
  isIndented: boolean;
  /** A call is worth what is returned: it is neither `async` nor a generator. */
  returnsAtOnce: boolean;
  /** Parameters that a call has to give, `self` among them; null where the definition does not tell. */
  required: string[] | null;
}

export function definitionsOf(name: string, code: string): PythonDefinition[] {
  const heads = new RegExp(
    String.raw`^([ \t]*)(async\s+)?(def|class)\s+${name}(?![\p{L}\p{N}_])\s*(?:\[.*?\]\s*)?`,
    "gmu",
  );
  return [...code.matchAll(heads)].map(({ 0: head, 1: indent = "", 2: async, 3: keyword, index }) => {
    const isIndented = indent !== "";
    if (keyword === "class") return { isClass: true, isIndented, returnsAtOnce: true, required: null };
    const rest = code.slice(index + head.length);
    const length = bracketLength(rest);
    const isGenerator = length !== null && yields.test(bodyBelow(rest.slice(length), indent.length));
    const required = length === null ? null : requiredOf(rest.slice(1, length - 1));
    return { isClass: false, isIndented, returnsAtOnce: async === undefined && !isGenerator, required };
  });
}

const yields = /^[^#'"\n]*(?<![\p{L}\p{N}_.])yield(?![\p{L}\p{N}_])/mu;

/** Up to behind the bracket that closes the text's first character; null where it is none, or is not closed. */
function bracketLength(text: string): number | null {
  if (!text.startsWith("(")) return null;
  let depth = 0;
  for (const { 0: part, index } of text.matchAll(/#[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|[([{]|[)\]}]/g)) {
    if ("([{".includes(part)) depth++;
    else if (")]}".includes(part) && --depth === 0) return index + 1;
  }
  return null;
}

/** @param list what stands between the brackets of a definition */
function requiredOf(list: string): string[] {
  let flat = list.replace(/#[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, (part) =>
    part.startsWith("#") ? "" : "0",
  );
  for (let before = ""; before !== flat; ) {
    before = flat;
    flat = flat.replace(/\([^()[\]{}]*\)|\[[^()[\]{}]*\]|\{[^()[\]{}]*\}/g, "0");
  }
  const parameters = flat.split(",").map((parameter) => parameter.trim());
  return parameters.filter((parameter) => /^[\p{L}_]/u.test(parameter) && !parameter.includes("="));
}

/** The lines below a definition's head that stand further in than it does. @param rest begins behind its parameters */
function bodyBelow(rest: string, indent: number): string {
  const [head = "", ...lines] = rest.split("\n");
  const end = lines.findIndex((line) => line.trim() !== "" && line.length - line.trimStart().length <= indent);
  return [head, ...(end < 0 ? lines : lines.slice(0, end))].join("\n");
}
