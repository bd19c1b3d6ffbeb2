/** What tells two files of one name apart, later on too: without their paths, and without reading gigabytes. */
import { stat } from "node:fs/promises";
import { basename, delimiter, join } from "node:path";
import type { Origin } from "../benchmark/report.ts";
import type { LoadParams } from "../common/protocol.ts";
import { isProgram } from "../models/llamaServer/find.ts";

/** Its SHA-256 where that is known, else its size and when it was changed; null where there is no such file. */
export async function identityOf(path: string, sha256?: string): Promise<string | null> {
  if (sha256 !== undefined) return `SHA-256 ${sha256}`;
  try {
    const { size, mtime } = await stat(path);
    return `${size} bytes of ${mtime.toISOString()}`;
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  }
}

/** Of what `spawn` starts by this path, or by this name on PATH; null where there is none, which its start will tell. */
export function identityOfProgram(program: string, env: NodeJS.ProcessEnv = process.env): Promise<string | null> {
  const isName = basename(program) === program;
  const folders = isName ? (env.PATH ?? "").split(delimiter) : [""];
  const names = process.platform === "win32" ? [program, `${program}.exe`] : [program];
  const places = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return identityOf(places.find(isProgram) ?? program);
}

/** Of what is measured with this version of Hunch and these models. */
export async function originOf({ target, draft }: Pick<LoadParams, "target" | "draft">): Promise<Origin> {
  return {
    hunch: process.env.HUNCH_VERSION ?? "development",
    weights: await identityOf(target.path, target.sha256),
    draftWeights: draft && (await identityOf(draft.path, draft.sha256)),
  };
}
