/** `hunch` with nothing else: shows on a bundled function what Hunch does, fetching the default model if it is missing. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Question } from "./ask.ts";
import { type AskRequest, parseAskRequest } from "./askRequest.ts";
import { readCode } from "./input.ts";
import { highlightLines } from "./terminal/highlight.ts";

const sampleName = "sampleLines.ts";

/** The sample's code as it is printed above its explanation. */
export async function demoHeading(isLive: boolean): Promise<string> {
  const code = (await readFile(samplePath(), "utf8")).trimEnd();
  const lines = isLive ? highlightLines(code, "typescript") : code.split("\n");
  return `Hunch explains this function with a model on this machine:\n\n${lines.map((line) => `  ${line}`).join("\n")}\n\n`;
}

export const demoFooting = 'Your turn: npm start -- ask "What can go wrong here?" --file path/to/code.ts:10-40\n';

export function demoRequest(): AskRequest {
  return parseAskRequest(["--file", samplePath()]);
}

export async function demoQuestion(): Promise<Question> {
  const piece = await readCode({ path: samplePath(), lines: null });
  // Its place on this machine tells the model nothing.
  return { text: "", code: [{ ...piece, label: sampleName }] };
}

/** Beside the bundle of this program. */
function samplePath(): string {
  return fileURLToPath(new URL(`samples/${sampleName}`, import.meta.url));
}
