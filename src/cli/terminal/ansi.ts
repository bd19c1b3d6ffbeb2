/** Terminal codes: styles, cursor, and the removal of both from text that is not ours. */

export type Style =
  | "bold"
  | "dim"
  | "italic"
  | "underline"
  | "strikethrough"
  | "red"
  | "green"
  | "yellow"
  | "blue"
  | "magenta"
  | "cyan"
  | "grey";

const codes: Record<Style, [on: number, off: number]> = {
  bold: [1, 22],
  dim: [2, 22],
  italic: [3, 23],
  underline: [4, 24],
  strikethrough: [9, 29],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
  grey: [90, 39],
};

export function paint(text: string, ...styles: Style[]): string {
  if (text === "") return text;
  return styles.reduce((styled, style) => {
    const [on, off] = codes[style];
    // What is nested may have switched the style off: switch it on again.
    return `\x1b[${on}m${styled.replaceAll(`\x1b[${off}m`, `\x1b[${off}m\x1b[${on}m`)}\x1b[${off}m`;
  }, text);
}

/** Of text that `paint` has styled; the other styles stay. */
export function withoutColours(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the codes of colours begin with one
  return text.replace(/\x1b\[[39]\dm/g, "");
}

export const cursor = {
  hide: "\x1b[?25l",
  show: "\x1b[?25h",
  /** Terminals that know it show all until `endUpdate` at once; others ignore it. */
  beginUpdate: "\x1b[?2026h",
  endUpdate: "\x1b[?2026l",
  up: (lines: number) => (lines > 0 ? `\x1b[${lines}A` : ""),
  eraseLineEnd: "\x1b[K",
  eraseDown: "\x1b[J",
};

/**
 * Text of a model or a file as it may be written: control characters could move the cursor, rename the window or write to
 * the clipboard. Line breaks and tabs stay: a file may need them.
 */
export function withoutControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to be removed
  return text.replaceAll("\r\n", "\n").replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "");
}

/** The same for lines that are measured and redrawn: tabs become spaces, since their width depends on where they stand. */
export function printable(text: string): string {
  return withoutControls(text.replaceAll("\t", "    "));
}
