/**
 * A workspace index as an editor would have it: the files of a folder and those that the prompts ask about, as tokens of
 * the traces' model, and the answers of the traces played so far.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { getLlama } from "node-llama-cpp";
import data from "../../src/benchmark/prompts.json" with { type: "json" };
import { IndexSegment, type NewDocument } from "../../src/engine/speculation/workspaceIndex/segment.ts";
import { WorkspaceIndex } from "../../src/engine/speculation/workspaceIndex/workspaceIndex.ts";

const sourceFile = /\.(?:[cm]?[jt]sx?|md|css|json|py|go|rs|c|h|cpp|java)$/;
/** As the extension has it (bytes). */
const largestFile = 256 * 1024;
/** One stretch of merging (ms); here nobody waits. */
const mergeMs = 1_000;

/** Gives indexes of one folder, each with no answers yet. */
export type Workspace = () => WorkspaceIndex;

/** @param model a GGUF file with the vocabulary of the traces' model; its weights are not read. */
export async function openWorkspace(folder: string, model: string): Promise<Workspace> {
  const llama = await getLlama({ gpu: false, build: "never", skipDownload: true, progressLogs: false });
  const { tokenizer } = await llama.loadModel({ modelPath: model, vocabOnly: true });
  const documents: NewDocument[] = Object.entries(data.code).map(([key, lines]) => ({
    key,
    version: "1",
    tokens: tokenizer(lines.join("\n"), false),
  }));
  for (const key of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const path = join(folder, key);
    if (key.includes("node_modules") || !sourceFile.test(key)) continue;
    const stats = statSync(path);
    if (!stats.isFile() || stats.size > largestFile) continue;
    documents.push({ key, version: "1", tokens: tokenizer(readFileSync(path, "utf8"), false) });
  }
  await llama.dispose();
  const segment = IndexSegment.build(documents);
  console.error(`${folder}: ${documents.length} files, ${segment.liveTokens} tokens`);
  return () => new WorkspaceIndex([segment]);
}

/** Takes in what a trace said, as the engine does after an answer. */
export function remember(index: WorkspaceIndex, output: readonly number[]): void {
  index.addAnswer(output);
  while (index.maintain(mergeMs));
}
