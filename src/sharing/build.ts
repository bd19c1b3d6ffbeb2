/** Which engine a program comes with, and what it makes of one that it finds. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { protocolVersion } from "../common/protocol.ts";

export interface EngineBuild {
  protocolVersion: number;
  /** Of Hunch: "1.2.3", or "development" where it was not built. */
  version: string;
  /** Of the engine's bundle, SHA-256: two builds of one version are not the same. */
  hash: string;
}

/** @param enginePath the engine's bundle. @throws the file system's error */
export function buildOf(enginePath: string): EngineBuild {
  return {
    protocolVersion,
    version: process.env.HUNCH_VERSION ?? "development",
    hash: createHash("sha256").update(readFileSync(enginePath)).digest("hex"),
  };
}

/** `older`: to be replaced by ours. `other`: newer, or of our version and yet another: each program keeps its own. */
export type Kinship = "same" | "older" | "other";

/** What `found` is to `mine`. */
export function kinship(found: EngineBuild, mine: EngineBuild): Kinship {
  const order = found.protocolVersion - mine.protocolVersion || compareVersions(found.version, mine.version);
  if (order < 0) return "older";
  return order === 0 && found.hash === mine.hash ? "same" : "other";
}

/** Below 0: `a` is older. Parts that are no numbers count as 0. */
function compareVersions(a: string, b: string): number {
  const parts = (version: string) => version.split(".").map((part) => Number.parseInt(part, 10) || 0);
  const [left, right] = [parts(a), parts(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const order = (left[i] ?? 0) - (right[i] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}
