/** What may end a thought, or stand in its place, and the form that an answer has to have. Part of the protocol. */

/**
 * Ends a thought when trial answers repeat with confidence. `auto`: gives up where the first trial is not a short
 * answer; `on`: goes on trying.
 */
export type EarlyExitMode = "off" | "auto" | "on";

/**
 * What the model answers where no thought is asked for, one short line, is looked at first, and may stand, so that no
 * thought is written.
 */
export interface FirstAnswerControl {
  /**
   * The probability (0..1) from which it stands; the thought's end is "earlyExit" then. Above 1: it is looked at and told
   * (`GenerationStats.firstAnswer`), and the thought is written in any case.
   */
  least: number;
  /** The last message as it is where no thought is asked for. */
  message: string;
  /** How the answer begins; null: with "Answer:". */
  opening: CodeOpening | null;
  /**
   * The line is all that was asked for: where it stands, the answer ends with it, unless it has to hold something else
   * (answerForm). Absent: the model goes on behind it.
   */
  isWhole?: boolean;
}

/** A line of code that is begun for the model. */
export interface CodeOpening {
  /** From the fence of the block to where the model goes on. */
  lead: string;
  /** What ends the block behind that line. */
  close: string;
}

export interface ThinkingControls {
  /** Tokens; null = none. At the budget a wrap-up is injected at the next sentence end, 25 % later at once. */
  budget: number | null;
  loopGuard: boolean;
  earlyExit: EarlyExitMode;
  /**
   * Only with the prompt of a chat that asks for a thought, and not with several side by side; only where the engine's own
   * process runs the model and can drop the trial from its cache. Absent: the model is not asked.
   */
  answerFirst?: FirstAnswerControl;
  /** Logits taken off words of hesitation ("Wait", "Hmm") at the beginnings of a thought's sentences; none = 0. */
  hesitationPenalty?: number;
  /**
   * Thoughts side by side, each with a seed of its own, of which a vote on what they come to chooses one; at most as many
   * as the model has lanes, and only where the prompt opens the thought. Absent: 1.
   */
  thoughts?: number;
}

/** `line`: a line that begins with `lead` ("Answer:"), and something on it. `codeBlock`: a fenced block with code in it. */
export type AnswerForm = ({ kind: "line"; lead: string } | { kind: "codeBlock" }) & {
  /** Only behind a thought that was ended for the model; one that it ended itself is followed by what it wants to say. */
  onlyIfCut?: true;
};
