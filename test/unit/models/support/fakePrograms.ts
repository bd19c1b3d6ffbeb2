/** Shell scripts in the place of programs: real processes that do what real ones only do on a bad day. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes `folder/name`, a POSIX shell script. */
export function fakeProgram(folder: string, name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}
