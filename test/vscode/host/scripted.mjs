/** Scripted models for the end-to-end tests, which run on a Node that reads no TypeScript. */
import path from "node:path";
import * as esbuild from "esbuild";
import { repository } from "./host.mjs";

/** Writes a model that answers with the lines of `answer`, whatever it is asked. more: further ScriptedModelOptions. */
export async function writeScripted(file, answer, more = {}) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(repository, "test/support/scriptedModel.ts")],
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
  });
  const { writeScriptedModel } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
  writeScriptedModel(file, { thoughtTokens: 4, answerTexts: answer.split(/(?<=\n)/), ...more });
}
