/** JSON as VS Code's own files have it: with comments, and with commas after the last element. Pure. */
import stripJsonComments from "strip-json-comments";

/** @throws SyntaxError when the text is no such JSON */
export function parseJsonc(text: string): unknown {
  return JSON.parse(stripJsonComments(text.replace(/^\ufeff/, ""), { trailingCommas: true }));
}
