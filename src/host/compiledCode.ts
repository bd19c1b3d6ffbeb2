/**
 * Loads a CommonJS bundle with the code that V8 compiled for it earlier, which takes about half as long as compiling it
 * anew. Node's own cache (`module.enableCompileCache`) would do the same for all extensions of the window; this one is
 * ours alone (https://nodejs.org/api/vm.html#scriptcreatecacheddata).
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Script } from "node:vm";

type Wrapper = (exports: object, require: NodeJS.Require, module: object, file: string, folder: string) => void;

const prefix = "compiled-";
/** By then what a window needs at its beginning has run, and functions that have run are part of what is kept. */
const settledMs = 5_000;

/**
 * @param folder where compiled code is kept; made when it is missing
 * @param require what the bundle gets
 * @returns what the bundle exports. @throws what the bundle throws, or when there is none
 */
export function loadCompiled(file: string, folder: string, require: NodeJS.Require): unknown {
  const source = readFileSync(file, "utf8");
  // V8 itself looks at its version and flags, but of the source only at the length.
  const name = `${prefix}${createHash("sha256").update(source).digest("hex").slice(0, 16)}`;
  const cachedData = read(join(folder, name));
  const wrapped = `(function (exports, require, module, __filename, __dirname) {${source}\n})`;
  const script = new Script(wrapped, { filename: file, cachedData });
  const module = { exports: {} };
  (script.runInThisContext() as Wrapper)(module.exports, require, module, file, dirname(file));
  if (!cachedData || script.cachedDataRejected) setTimeout(() => keep(script, folder, name), settledMs).unref();
  return module.exports;
}

function read(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined; // it is compiled
  }
}

/** In place of what was kept for another version. */
function keep(script: Script, folder: string, name: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    const old = readdirSync(folder).filter((entry) => entry.startsWith(prefix) && entry !== name);
    const file = join(folder, name);
    writeFileSync(`${file}.${process.pid}`, script.createCachedData());
    renameSync(`${file}.${process.pid}`, file);
    for (const entry of old) rmSync(join(folder, entry), { force: true });
  } catch (error) {
    // Nothing depends on it: the next window compiles the bundle once more.
    console.warn(`Hunch: compiled code is not kept: ${error instanceof Error ? error.message : error}`);
  }
}
