/** Our drafters' ways of finding a draft, and the confidence classes that each has, from 0. */
import type { Draft } from "../../src/engine/speculation/types.ts";

/**
 * The plain suffix match by its length; the copy with changes by its certainty; recycled logits by theirs; the index; a
 * draft model.
 */
export type Way = "match" | "copy" | "index" | "recycling" | "model";

/** Of the suffix drafter: 8 classes of matches, then 8 of copies, then those of the index. */
const classesOfAWay = 8;
const suffixWays: readonly Way[] = ["match", "copy", "index"];

export function wayOf({ drafter, bucket }: Draft): Way {
  if (drafter === "recycling") return "recycling";
  if (drafter === "draft") return "model";
  return suffixWays[Math.floor(bucket / classesOfAWay)]!;
}

/** Within its way. */
export function classOf({ bucket }: Draft): number {
  return bucket % classesOfAWay;
}

/** The draft made in this way, if it is of the class or a surer one. */
export function draftOf(drafts: readonly Draft[], way: Way, leastClass: number): Draft | undefined {
  return drafts.find((draft) => wayOf(draft) === way && classOf(draft) >= leastClass);
}
