/** Whose figures a benchmark's are, while Hunch is being worked on: its version is then the same for every state of it. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Origin } from "../../src/benchmark/report.ts";
import { originOf } from "../../src/cli/identity.ts";
import type { LoadParams } from "../../src/common/protocol.ts";
import { enginePath } from "./engine.ts";

export interface BuildOrigin extends Origin {
  /** SHA-256 of the engine as it was built. */
  engine: string;
}

/** By its contents: each run builds the engine anew. */
export async function originOfBuild(
  params: Pick<LoadParams, "target" | "draft">,
  engine = enginePath,
): Promise<BuildOrigin> {
  const digest = createHash("sha256").update(await readFile(engine));
  return { ...(await originOf(params)), engine: digest.digest("hex") };
}
