/** Entry of the suite inside the extension host: VS Code calls run(), whose failure is the suite's. */
import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import Mocha from "mocha";

export async function run() {
  const mocha = new Mocha({ ui: "tdd", color: false, timeout: 60_000 });
  const folder = path.dirname(fileURLToPath(import.meta.url));
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith(".test.mjs"))
    .sort())
    mocha.addFile(path.join(folder, file));
  await mocha.loadFilesAsync();
  const failures = await new Promise((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} tests failed`);
}
