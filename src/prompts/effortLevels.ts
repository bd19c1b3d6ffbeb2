/** Levels of effort, from none to most: what "auto" chooses from. */
import type { Effort } from "../common/panel.ts";

export type ChosenEffort = Exclude<Effort, "auto">;

export const effortLevels: readonly ChosenEffort[] = ["off", "low", "medium", "high", "max"];
