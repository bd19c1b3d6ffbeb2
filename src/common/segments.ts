/** What a run of output text is: the model's thought, or the answer meant for the user. */
export type Segment = "thinking" | "answer";

/** Who first proposed a token: the target model itself, or the drafter whose guess the target accepted. */
export type TokenOrigin = "target" | "suffix" | "recycling" | "draft";

/** The origins that are drafters. */
export type DrafterName = Exclude<TokenOrigin, "target">;

export const drafterNames: readonly DrafterName[] = ["suffix", "recycling", "draft"];
export const tokenOrigins: readonly TokenOrigin[] = ["target", ...drafterNames];

/** Why generation stopped. */
export type StopReason = "stop" | "length" | "contextFull" | "cancelled";

/**
 * Why a thought beside the one shown was not chosen: it came to the same, less surely; fewer came to what it came to; the
 * model was less sure of it, where no two came to the same; its answer is none that can be compared; the others had agreed
 * before it ended; it came to no end.
 */
export type ThoughtFate = "agrees" | "outvoted" | "lessSure" | "incomparable" | "stopped" | "unfinished";

/** What ended the thought; `none` when there was no thought or it never ended. */
export type ThinkingEnd = "none" | "model" | "budget" | "answerNow" | "earlyExit" | "loop";
