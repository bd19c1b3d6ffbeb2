/**
 * The words that people read, in their language. The English sentence is the key, as VS Code's own localisation has it;
 * what the table does not know stays English. VS Code gives the extension its table (l10n/bundle.l10n.LANGUAGE.json),
 * and the extension hands the same one to its pages. The command line and the engine have none.
 *
 * State of the process and not an argument: errors are made deep inside functions that have nothing to do with an
 * editor. Texts for a model are never translated.
 */
export interface Localisation {
  /** BCP 47, as of VS Code. */
  language: string;
  table: Readonly<Record<string, string>>;
}

const english: Localisation = { language: "en", table: {} };
/** On the global object: each bundle that is loaded later holds a copy of this module. */
const shared: { [key: symbol]: Localisation | undefined } = globalThis;
const place = Symbol.for("hunch.localisation");

/** Before anything is said: what was said already stays as it is. */
export function setLocalisation(localisation: Localisation): void {
  shared[place] = localisation;
}

export function localisation(): Localisation {
  return shared[place] ?? english;
}

/**
 * @param message English, with the places of `values` as {0}, {1} and so on; a literal, so that a test finds it, or a
 * sentence of data that the test reads too, as the catalogue's summaries are
 */
export function t(message: string, ...values: (string | number)[]): string {
  const { table } = localisation();
  const text = Object.hasOwn(table, message) ? (table[message] ?? message) : message;
  return text.replace(/\{(\d+)\}/g, (whole, index) => String(values[Number(index)] ?? whole));
}

/** 2.13 with one digit → "2.1", "2,1" in German; without grouping. */
export function decimal(value: number, digits: number): string {
  return value.toFixed(digits).replace(".", decimalMark(localisation().language));
}

const decimalMarks = new Map<string, string>();

function decimalMark(language: string): string {
  const known = decimalMarks.get(language);
  if (known !== undefined) return known;
  const parts = new Intl.NumberFormat(language).formatToParts(0.5);
  const mark = parts.find(({ type }) => type === "decimal")?.value ?? ".";
  decimalMarks.set(language, mark);
  return mark;
}
