/** Once before the engine tests: the programs are built, the small models are there. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { findModel } from "../../src/models/catalogue.ts";
import { download } from "../../src/models/download.ts";
import { ModelStore } from "../../src/models/store.ts";
import { type ScriptedModelOptions, writeScriptedModel } from "../support/scriptedModel.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** SmolLM2-135M, a real small model. */
    smolPath: string;
    /** Models that say an exact text, by name. */
    scripted: Record<ScriptedName, string>;
    /** A folder for the tests' own files; removed at the end. */
    scratch: string;
  }
}

export type ScriptedName =
  | "chain"
  | "loop"
  | "noAnswer"
  | "shortAnswer"
  | "longAnswer"
  | "answerLoop"
  | "copies"
  | "echoes"
  | "beginsText"
  | "ternary"
  | "sentencePiece";
const scriptedModels: Record<ScriptedName, ScriptedModelOptions> = {
  chain: {},
  beginsText: { addBos: true },
  // What llama.cpp's detokeniser would tidy.
  ternary: { thoughtTokens: 4, answerTexts: [" a", " ?", " b", " :", " it", " 's", " ,"] },
  sentencePiece: { thoughtTokens: 4, answerTokens: 5, sentencePiece: true },
  loop: { loop: true, thoughtTokens: 30 },
  noAnswer: { noAnswer: true },
  answerLoop: { thoughtTokens: 20, answerTexts: [" so", " it", " goes", " round", " and"], answerLoop: true },
  // Its answer repeats how Hunch ended its thought. The case of its words keeps them apart from Hunch's own.
  copies: {
    thoughtTokens: 80,
    answerTexts: ["```\ni have thought enough", "; now i write the answer.\n</THI", "nk>\n\nx = 1\n", "```"],
  },
  // Its answer is that and nothing else, over and over, also behind an "Answer:" that is written for it.
  echoes: {
    thoughtTokens: 80,
    thoughtLine: 20,
    answerTexts: ["i have thought enough", "; now i write the answer.\n\n"],
    answerLoop: true,
  },
  shortAnswer: { thoughtTokens: 800, thoughtLine: 20, answerTokens: 3 },
  longAnswer: { thoughtTokens: 800, thoughtLine: 20, answerTokens: 40 },
};

export default async function setup(project: TestProject): Promise<() => void> {
  execFileSync(process.execPath, ["esbuild.js"], { stdio: "inherit" });
  const model = findModel("smollm2-135m");
  const smolPath = await download(model, new ModelStore(), { onNotice: (line) => console.log(`[models] ${line}`) });
  const scratch = mkdtempSync(join(tmpdir(), "hunch-engine-"));
  const scripted = {} as Record<ScriptedName, string>;
  for (const [name, options] of Object.entries(scriptedModels) as [ScriptedName, ScriptedModelOptions][]) {
    scripted[name] = join(scratch, `${name}.gguf`);
    writeScriptedModel(scripted[name], options);
  }
  project.provide("smolPath", smolPath);
  project.provide("scripted", scripted);
  project.provide("scratch", scratch);
  return () => rmSync(scratch, { recursive: true, force: true });
}
