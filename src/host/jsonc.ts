/** JSON as VS Code's own files have it: with comments, and with commas after the last element. Pure. */

/** @throws SyntaxError when the text is no such JSON */
export function parseJsonc(text: string): unknown {
  const plain = text
    .replace(/^\ufeff/, "")
    // Strings stand first, so that what looks like a comment in one is left alone.
    .replace(/("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, string?: string) => string ?? " ")
    .replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, (_, string?: string) => string ?? "");
  return JSON.parse(plain);
}
