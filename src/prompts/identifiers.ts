/** Which names in a piece of code are worth looking up, without knowing its language. Pure. */

export interface Place {
  /** 0-based, of the code. */
  line: number;
  /** UTF-16 units. */
  column: number;
}

export interface Identifier {
  name: string;
  /** Where it stands first, and last: a method may be called what a function is called that it calls. */
  places: readonly [Place, Place];
}

/** Words of the common languages that are no names of anybody's. */
const keywords = new Set(
  "abstract and any as assert async await bool boolean break byte case catch char class const continue def default defer del delete do double elif else end enum except export extends extern false final finally float fn for foreach from func function if impl implements import in instanceof int interface is lambda let long match mod module mut namespace new nil none not null number object of operator or override package pass private protected pub public raise readonly ref return self short static str string struct super switch this throw throws true try type typeof undefined union unknown unsafe use using val var virtual void where while with yield None True False Self".split(
    " ",
  ),
);

/** Comments and strings of the common languages, on one line. */
const textual = /\/\/.*$|#\s.*$|--\s.*$|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`/g;

/**
 * Names used in code, each once: what is called first, then what looks like a type, then the rest.
 * Example: "const a = new Cart(total(items))" → Cart, total, a, items.
 */
export function identifiersIn(code: string): Identifier[] {
  const found = new Map<string, { name: string; first: Place; last: Place; rank: number }>();
  let inComment = false;
  for (const [line, raw] of code.split(/\r?\n/).entries()) {
    const trimmed = raw.trimStart();
    if (inComment || trimmed.startsWith("/*")) {
      inComment = !raw.includes("*/");
      continue;
    }
    const text = raw.replace(textual, (match) => " ".repeat(match.length));
    for (const match of text.matchAll(/[\p{L}_$][\p{L}\p{N}_$]*/gu)) {
      const [name] = match;
      if (keywords.has(name) || name.length < 2) continue;
      const rank = /^\s*[(<]/.test(text.slice(match.index + name.length)) ? 0 : /^\p{Lu}/u.test(name) ? 1 : 2;
      const known = found.get(name);
      const place = { line, column: match.index };
      if (!known) found.set(name, { name, first: place, last: place, rank });
      else Object.assign(known, { last: place, rank: Math.min(known.rank, rank) });
    }
  }
  return [...found.values()]
    .sort((a, b) => a.rank - b.rank)
    .map(({ name, first, last }) => ({ name, places: [first, last] }));
}
