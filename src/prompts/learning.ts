/**
 * What use teaches about effort "auto": a contextual bandit. The context is the kind of task, an arm is a level of effort
 * with a template, the reward is what the user does with the answer. It never experiments with the user: the arm that the
 * rules choose begins with an advantage over those beside it (optimistic priors), and only what is punished often enough
 * loses its place to one of them. Pure; the state is small, readable JSON.
 */
import { type ChosenEffort, effortLevels } from "./effortLevels.ts";
import type { TaskKind } from "./tasks/task.ts";
import type { TemplateName } from "./templates/template.ts";

/** What the user did with an answer. */
export type UseSignal =
  /** Code of the answer was put into a file. */
  | "inserted"
  /** A change that the answer proposed was accepted. */
  | "applied"
  | "liked"
  | "disliked"
  /** The answer was asked for again: more thought might help. */
  | "regenerated"
  /** A follow-up said that the answer was wrong. */
  | "contradicted"
  /** The thought was ended early: less thought might do. */
  | "answeredNow";

/** A way of thinking. */
export interface Arm {
  effort: ChosenEffort;
  template: TemplateName;
}

/** What can be chosen from for a task. */
export interface Arms {
  /** What the rules, or a calibration, choose. */
  usual: Arm;
  /** Those beside it; of equally good ones the first is taken. */
  others: readonly Arm[];
}

/** How an answer was made. */
export interface UsedPlan extends Arm {
  task: TaskKind;
}

/** What was seen of an arm in use; fades as more comes in about its task. Sums of signals, not whole numbers. */
export interface UseEvidence extends UsedPlan {
  rewards: number;
  punishments: number;
  /** Of the punishments, those that ask for more thought, and those that ask for less. */
  more: number;
  less: number;
}

export type UseLog = readonly UseEvidence[];

const nothing = { rewards: 0, punishments: 0, more: 0, less: 0 };
const reward = { ...nothing, rewards: 1 };
const tooLittle = { ...nothing, punishments: 1, more: 1 };
const effects: Readonly<Record<UseSignal, typeof nothing>> = {
  inserted: reward,
  applied: reward,
  liked: reward,
  disliked: tooLittle,
  contradicted: tooLittle,
  regenerated: tooLittle,
  answeredNow: { ...nothing, punishments: 0.5, less: 1 },
};
/** A signal that asks for more or less thought is so much of a reward for the neighbour that has it, or against the other. */
const hintWeight = 0.5;
/** Of the evidence about a task, with each new signal about it: about the last 30 count. */
const fading = 0.97;
/** As if the rules' choice had been rewarded 3 times in 4, and each other arm 2 in 4. */
const priors = { usual: { rewards: 3, punishments: 1 }, other: { rewards: 2, punishments: 2 } };

/** The evidence with one more signal. */
export function learn(log: UseLog, { task, effort, template }: UsedPlan, signal: UseSignal): UseEvidence[] {
  const effect = effects[signal];
  const faded = log.map((entry) => (entry.task === task ? combined(entry, (kind) => entry[kind] * fading) : entry));
  const plan = { task, effort, template };
  if (!find(faded, plan)) return [...faded, { ...plan, ...effect }];
  return faded.map((entry) => (isOf(entry, plan) ? combined(entry, (kind) => entry[kind] + effect[kind]) : entry));
}

/** The arm for a task: the usual one, or one beside it that use speaks for. */
export function learntArm(log: UseLog, task: TaskKind, { usual, others }: Arms): Arm {
  const hints = hintsAt(log, task, usual.effort);
  const value = (arm: Arm) => {
    const prior = arm === usual ? priors.usual : priors.other;
    const own = find(log, { task, ...arm }) ?? nothing;
    const hint = hints(arm.effort);
    const rewards = prior.rewards + own.rewards + hintWeight * hint.rewards;
    const punishments = prior.punishments + own.punishments + hintWeight * hint.punishments;
    return rewards / (rewards + punishments);
  };
  return others.reduce((best, arm) => (value(arm) > value(best) ? arm : best), usual);
}

/** What was seen at a level says of the levels below and above it; of the level itself its arms' own evidence says all. */
function hintsAt(log: UseLog, task: TaskKind, level: ChosenEffort) {
  const entries = log.filter((entry) => entry.task === task && entry.effort === level);
  const more = entries.reduce((sum, entry) => sum + entry.more, 0);
  const less = entries.reduce((sum, entry) => sum + entry.less, 0);
  return (other: ChosenEffort): { rewards: number; punishments: number } => {
    const steps = effortLevels.indexOf(other) - effortLevels.indexOf(level);
    if (steps === 0) return nothing;
    return steps > 0 ? { rewards: more, punishments: less } : { rewards: less, punishments: more };
  };
}

function find(log: UseLog, plan: UsedPlan): UseEvidence | undefined {
  return log.find((entry) => isOf(entry, plan));
}

function isOf(entry: UseEvidence, { task, effort, template }: UsedPlan): boolean {
  return entry.task === task && entry.effort === effort && entry.template === template;
}

function combined(entry: UseEvidence, value: (kind: keyof typeof nothing) => number): UseEvidence {
  return {
    ...entry,
    rewards: value("rewards"),
    punishments: value("punishments"),
    more: value("more"),
    less: value("less"),
  };
}
