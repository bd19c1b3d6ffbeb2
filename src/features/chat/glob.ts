/** A piece of a glob that finds the text in any case: globs mind the case where the file system does. Pure. */
export function anyCase(text: string): string {
  return [...text]
    .map((character) => {
      const lower = character.toLowerCase();
      const upper = character.toUpperCase();
      if (lower !== upper && lower.length === 1 && upper.length === 1) return `[${lower}${upper}]`;
      // What has a meaning in a glob stands for any one character: good enough for a search.
      return /[*?{}[\]!,\\]/.test(character) ? "?" : character;
    })
    .join("");
}
