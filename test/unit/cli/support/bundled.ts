/** The command line, bundled as the real one. */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { temporaryFolder } from "../../models/support/folder.ts";

const repository = (file: string) => fileURLToPath(new URL(`../../../../${file}`, import.meta.url));

export async function bundledCli(): Promise<string> {
  const folder = temporaryFolder();
  copyFileSync(repository("package.json"), join(folder, "package.json"));
  const outfile = join(folder, "dist", "cli.mjs");
  await build({
    entryPoints: [repository("src/cli/main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["node-llama-cpp"],
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  return outfile;
}
