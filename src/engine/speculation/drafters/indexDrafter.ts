/**
 * Drafts from the workspace index: where code outside the prompt, or an earlier answer, says what comes next. Silent
 * while the text itself has a longer match, which knows better. Counts as `suffix`, in confidence classes of its own.
 */
import type { Draft, Drafter } from "../types.ts";
import { longestContext } from "../workspaceIndex/segment.ts";
import type { WorkspaceIndex } from "../workspaceIndex/workspaceIndex.ts";
import type { SuffixDrafter } from "./suffix.ts";

/** Lower ends of the match lengths (tokens) that confidence classes are made of; below the first there is no draft. */
const lengthFrom = [3, 5, 8, 14];
/** Places that agree about the next token at least this much make the upper of two classes. */
const agreementFrom = 0.75;
/** The classes of the suffix drafter come first: 8 of plain matches, 8 of aligned copies. */
const firstBucket = 16;

export class IndexDrafter implements Drafter {
  readonly name = "suffix";
  readonly cheap = true;
  readonly #index: WorkspaceIndex;
  readonly #local: SuffixDrafter | null;
  /** The end of the text. */
  #end: number[] = [];

  /** @param local the drafter over prompt and output, if it drafts as well. */
  constructor(index: WorkspaceIndex, local: SuffixDrafter | null) {
    this.#index = index;
    this.#local = local;
  }

  begin(tokens: readonly number[]): void {
    this.#end = tokens.slice(-longestContext);
  }

  commit(tokens: readonly number[]): void {
    this.#end = [...this.#end, ...tokens].slice(-longestContext);
  }

  draft(maxLength: number): Draft[] {
    if (maxLength <= 0) return [];
    const localLength = this.#local?.matchLength ?? 0;
    if (localLength >= longestContext) return [];
    const match = this.#index.match(this.#end, Math.max(lengthFrom[0]!, localLength + 1), maxLength);
    if (!match) return [];
    const lengthClass = lengthFrom.findLastIndex((from) => match.length >= from);
    const bucket = firstBucket + lengthClass * 2 + (match.agreement >= agreementFrom ? 1 : 0);
    return [{ drafter: this.name, tokens: match.tokens, bucket, source: "workspace" }];
  }
}
