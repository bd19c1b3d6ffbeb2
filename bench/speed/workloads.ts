/** The prompts of the speed benchmark, as raw text in a model's chat format, so that every arm gets the same tokens. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const workloadNames = ["edit", "explain", "reason", "chat"] as const;
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
}

/** @param folder bench/data. @param limit prompts of each workload at most. */
export function loadWorkloads(folder: string, names: readonly WorkloadName[], limit: number): Workload[] {
  const data = JSON.parse(readFileSync(join(folder, "prompts.json"), "utf8")) as Record<WorkloadName, Entry[]>;
  return names.flatMap((name) =>
    data[name].slice(0, limit).map(({ code, ask }, i) => {
      const fenced = code ? `\n\n\`\`\`\n${readFileSync(join(folder, "code", code), "utf8")}\`\`\`` : "";
      return { name, index: i + 1, prompt: chatMl(`${ask}${fenced}`) };
    }),
  );
}

/** @param path JSON lines: {"prompt": "…"}, sent as they are. */
export function loadPromptFile(path: string): Workload[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line, i) => ({ name: "file", index: i + 1, prompt: String(JSON.parse(line).prompt) }));
}

function chatMl(user: string): string {
  const system = "<|im_start|>system\nYou are a helpful programming assistant.<|im_end|>\n";
  return `${system}<|im_start|>user\n${user}<|im_end|>\n<|im_start|>assistant\n`;
}
