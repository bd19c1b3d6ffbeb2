/** The prompts of the speed benchmark, as raw text in a model's chat format, so that every arm gets the same tokens. */
import data from "./prompts.json" with { type: "json" };

/** repeat-context: a second question about the code of the first, with the first answer in the prompt. */
export const workloadNames = ["edit", "repeat-context", "explain", "reason", "chat"] as const;
export type WorkloadName = (typeof workloadNames)[number];

export interface Workload {
  name: WorkloadName | "file";
  /** Its number within the workload, from 1. */
  index: number;
  prompt: string;
}

interface Entry {
  code?: string;
  ask: string;
  /** The first answer and the second question. */
  answer?: string;
  then?: string;
}

const code: Record<string, readonly string[]> = data.code;
const entries: Record<WorkloadName, readonly Entry[]> = data;

/** @param limit prompts of each workload at most. */
export function loadWorkloads(names: readonly WorkloadName[], limit: number): Workload[] {
  return names.flatMap((name) =>
    entries[name].slice(0, limit).map((entry, i) => ({ name, index: i + 1, prompt: chatMl(turns(entry)) })),
  );
}

/** @param text JSON lines: {"prompt": "…"}, sent as they are. @throws Error that names the line */
export function parsePrompts(text: string): Workload[] {
  return text
    .split("\n")
    .map((line, i) => ({ line, number: i + 1 }))
    .filter(({ line }) => line.trim() !== "")
    .map(({ line, number }, i) => {
      const prompt: unknown = JSON.parse(line).prompt;
      if (typeof prompt !== "string") throw new Error(`Line ${number} has no "prompt".`);
      return { name: "file", index: i + 1, prompt };
    });
}

/** What user and assistant say in turn, the user first. */
function turns({ code: file, ask, answer, then }: Entry): string[] {
  const fenced = file ? `\n\n\`\`\`\n${code[file]!.join("\n")}\n\`\`\`` : "";
  return [`${ask}${fenced}`, ...(answer && then ? [answer, then] : [])];
}

function chatMl(contents: readonly string[]): string {
  const messages = contents.map(
    (content, i) => `<|im_start|>${i % 2 === 0 ? "user" : "assistant"}\n${content}<|im_end|>\n`,
  );
  const system = "<|im_start|>system\nYou are a helpful programming assistant.<|im_end|>\n";
  return `${system}${messages.join("")}<|im_start|>assistant\n`;
}
