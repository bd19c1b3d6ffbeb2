/**
 * What a thought came to, as one line that can be compared with those of other thoughts, and the vote among them: the line
 * that most thoughts came to, and of these the thought whose line the model was surest of (self-consistency, arXiv
 * 2203.11171). Where no two can be compared, the surest of all.
 */

/** Tokens that a line may have; longer answers cannot be compared. */
export const longestLine = 24;

export class TrialLine {
  #text = "";
  #tokens = 0;
  #logSum = 0;
  #isWhole = false;

  /** @param text what the token adds; @param isEnd it ends the generation; @param probability of the token, 0..1 */
  push(text: string, isEnd: boolean, probability: number): "continue" | "stop" {
    this.#tokens++;
    this.#logSum += Math.log(probability);
    const lineEnd = isEnd ? 0 : text.indexOf("\n");
    this.#text += lineEnd < 0 ? text : text.slice(0, lineEnd);
    // A line break in front of the line is none at its end.
    if (lineEnd >= 0 && (isEnd || this.#text.trim() !== "")) {
      this.#isWhole = true;
      return "stop";
    }
    return this.#tokens >= longestLine ? "stop" : "continue";
  }

  /** How sure the model was of the tokens, on (geometric) average, 0..1. */
  get confidence(): number {
    return this.#tokens === 0 ? 0 : Math.exp(this.#logSum / this.#tokens);
  }

  /** The line as it was written, up to where it ends. */
  get written(): string {
    return this.#text.trimEnd();
  }

  /** The line without its ornaments; null when it is none that could be compared: cut off, a heading, code, a lead-over. */
  get value(): string | null {
    const line = this.#text.trim();
    if (!this.#isWhole || line.endsWith(":") || /^(#|```|~~~)/.test(line)) return null;
    const bare = withoutOrnaments(line).replace(/\s+/g, " ");
    return /[\p{L}\p{N}]/u.test(bare) || /[[\](){}'"]/.test(bare) ? bare : null;
  }
}

/** Without what stands around the whole line. Inside it, the same signs are the answer's own: `n**2`, `2*3`. */
function withoutOrnaments(line: string): string {
  const bare = line.replace(/\.$/, "").trim();
  const [, ornament = "", inner = ""] = /^(\*{1,3}|`+)(?!\s)(.+)(?<!\s)\1$/.exec(bare) ?? [];
  return inner === "" || inner.includes(ornament) ? bare : withoutOrnaments(inner);
}

export interface Verdict {
  /** Index of the thought that goes on to the answer. */
  chosen: number;
  /** What it came to; null when it could not be compared. */
  value: string | null;
  /** Thoughts that came to the same, the chosen one included. */
  agreeing: number;
}

/** @param lines by thought; null: it came to no end. At least one is needed. */
export function vote(lines: readonly (TrialLine | null)[]): Verdict {
  const votes = new Map<string, number>();
  for (const line of lines) if (line?.value != null) votes.set(line.value, (votes.get(line.value) ?? 0) + 1);
  const rank = (line: TrialLine | null): [votes: number, confidence: number] =>
    line === null ? [-1, 0] : [line.value === null ? 0 : votes.get(line.value)!, line.confidence];
  const ranks = lines.map(rank);
  const most = Math.max(...ranks.map(([count]) => count));
  // Lines that nobody else has are no better than those that cannot be compared.
  const among = ranks.map(([count, confidence]) => (count === most || (most <= 1 && count >= 0) ? confidence : -1));
  const chosen = among.indexOf(Math.max(...among));
  const value = lines[chosen]?.value ?? null;
  return { chosen, value, agreeing: value === null ? 1 : votes.get(value)! };
}

/** More than half of `thoughts` have come to the same: the others cannot outvote them. */
export function isSettled(lines: readonly (TrialLine | null)[], thoughts: number): boolean {
  return lines.some((line) => line !== null) && vote(lines).agreeing * 2 > thoughts;
}
