/** What the end-to-end tests, which run on a Node that reads no TypeScript, share with the others. */
import path from "node:path";
import * as esbuild from "esbuild";
import { repository } from "./host.mjs";

/** What a TypeScript module under `test/` exports. */
export async function shared(module) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(repository, "test", module)],
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
  });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}

/** Writes a model that answers with the lines of `answer`, whatever it is asked. more: further ScriptedModelOptions. */
export async function writeScripted(file, answer, more = {}) {
  const { writeScriptedModel } = await shared("support/scriptedModel.ts");
  writeScriptedModel(file, { thoughtTokens: 4, answerTexts: answer.split(/(?<=\n)/), ...more });
}
