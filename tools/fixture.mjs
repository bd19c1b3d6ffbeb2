/**
 * Writes a tiny model of an architecture, for trying things out: node tools/fixture.mjs ARCHITECTURE FILE [KEY=NUMBER …]
 * Architectures and keys (alpha, noise, seed, expertsUsed, predictionLayers, stay): test/support/architectures.ts.
 */
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const [architecture, file, ...options] = process.argv.slice(2);
const entry = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "test", "support", "architectures.ts");
const { outputFiles } = await esbuild.build({
  entryPoints: [entry],
  bundle: true,
  write: false,
  platform: "node",
  format: "esm",
});
const { architectures, writeArchitecture } = await import(
  `data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`
);
if (!file || !architectures.includes(architecture)) {
  console.error(`usage: node tools/fixture.mjs ${architectures.join("|")} FILE [KEY=NUMBER …]`);
  process.exit(2);
}
const numbers = options.map((option) => option.split("=")).map(([key, value]) => [key, Number(value)]);
writeArchitecture(file, architecture, Object.fromEntries(numbers));
