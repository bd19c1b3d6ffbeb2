/** What ends or steers a thought, as the user has it: each control can be switched off. Pure. */
import type { ThinkingControls } from "../common/thinkingControls.ts";

export interface ControlChoices {
  /** `auto`: where the answer may be a short one. */
  earlyExit: "auto" | "off";
  loopGuard: boolean;
  /** Make words of hesitation less likely in thoughts. */
  dampHesitation: boolean;
}

/** Logits: a word of hesitation becomes some fifty times less likely, and stays possible where all else is far worse. */
export const hesitationPenalty = 4;

/** @param thinks there is a thought that words of hesitation could stand in */
export function chosenControls(composed: ThinkingControls, choices: ControlChoices, thinks: boolean): ThinkingControls {
  const { answerFirst, ...controls } = composed;
  return {
    ...controls,
    // It is an early exit too: before the thought.
    ...(answerFirst === undefined || choices.earlyExit === "off" ? {} : { answerFirst }),
    loopGuard: controls.loopGuard && choices.loopGuard,
    earlyExit: choices.earlyExit === "off" ? "off" : controls.earlyExit,
    ...(choices.dampHesitation && thinks ? { hesitationPenalty } : {}),
  };
}
