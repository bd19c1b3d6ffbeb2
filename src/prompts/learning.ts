/**
 * What use teaches about effort "auto": a contextual bandit. The context is the kind of task, an arm is a level of effort
 * with the template that it stands for, the reward is what the user does with the answer. It never experiments with the
 * user: the level that the rules choose begins with an advantage over its neighbours (optimistic priors), and only what
 * is punished often enough loses its place to one of them. Pure; the state is small, readable JSON.
 */
import { t } from "../common/l10n.ts";
import { type ChosenEffort, effortLevels } from "./effortLevels.ts";
import type { TaskKind } from "./tasks/task.ts";
import type { TemplateName } from "./templates/template.ts";

/** What the user did with an answer. */
export type UseSignal =
  /** Code of the answer was inserted or applied. */
  | "inserted"
  | "liked"
  | "disliked"
  /** The answer was asked for again: more thought might help. */
  | "regenerated"
  /** A follow-up said that the answer was wrong. */
  | "contradicted"
  /** The thought was ended early: less thought might do. */
  | "answeredNow";

/** How an answer was made. */
export interface UsedPlan {
  task: TaskKind;
  effort: ChosenEffort;
  template: TemplateName;
}

/** Evidence of one arm; fades as others come in. */
export interface UseEvidence extends UsedPlan {
  rewards: number;
  punishments: number;
}

export type UseLog = readonly UseEvidence[];

/** For the plan itself: reward and punishment; and which neighbour the signal speaks for, by half a reward. */
const effects: Readonly<Record<UseSignal, { reward: number; punishment: number; speaksFor: -1 | 0 | 1 }>> = {
  inserted: { reward: 1, punishment: 0, speaksFor: 0 },
  liked: { reward: 1, punishment: 0, speaksFor: 0 },
  disliked: { reward: 0, punishment: 1, speaksFor: 1 },
  contradicted: { reward: 0, punishment: 1, speaksFor: 1 },
  regenerated: { reward: 0, punishment: 1, speaksFor: 1 },
  answeredNow: { reward: 0, punishment: 0.5, speaksFor: -1 },
};
const neighbourReward = 0.5;
/** Of the evidence about a task, with each new signal about it: about the last 30 count. */
const fading = 0.97;
/** As if the rules' choice had been rewarded 3 times in 4, and each neighbour 2 in 4. */
const priors = { usual: { rewards: 3, punishments: 1 }, neighbour: { rewards: 2, punishments: 2 } };

/** The evidence with one more signal. */
export function learn(log: UseLog, plan: UsedPlan, signal: UseSignal): UseEvidence[] {
  const { reward, punishment, speaksFor } = effects[signal];
  const next = log.map((entry) =>
    entry.task === plan.task
      ? { ...entry, rewards: entry.rewards * fading, punishments: entry.punishments * fading }
      : { ...entry },
  );
  add(next, plan, reward, punishment);
  const level = effortLevels[effortLevels.indexOf(plan.effort) + speaksFor];
  if (speaksFor !== 0 && level !== undefined) add(next, { ...plan, effort: level }, neighbourReward, 0);
  return next;
}

/** The level for a task where the rules would take `usual`: that, or a neighbour that use speaks for. */
export function learntEffort(log: UseLog, task: TaskKind, usual: ChosenEffort): ChosenEffort {
  const place = effortLevels.indexOf(usual);
  const candidates = [
    usual,
    ...effortLevels.slice(Math.max(0, place - 1), place + 2).filter((level) => level !== usual),
  ];
  const value = (level: ChosenEffort) => {
    const { rewards, punishments } = total(log, task, level);
    const prior = level === usual ? priors.usual : priors.neighbour;
    return (prior.rewards + rewards) / (prior.rewards + prior.punishments + rewards + punishments);
  };
  return candidates.reduce((best, level) => (value(level) > value(best) ? level : best));
}

function add(log: UseEvidence[], plan: UsedPlan, rewards: number, punishments: number): void {
  const { task, effort, template } = plan;
  const entry = log.find((other) => other.task === task && other.effort === effort && other.template === template);
  if (!entry) log.push({ task, effort, template, rewards, punishments });
  else {
    entry.rewards += rewards;
    entry.punishments += punishments;
  }
}

function total(log: UseLog, task: TaskKind, effort: ChosenEffort): { rewards: number; punishments: number } {
  const mine = log.filter((entry) => entry.task === task && entry.effort === effort);
  return {
    rewards: mine.reduce((sum, entry) => sum + entry.rewards, 0),
    punishments: mine.reduce((sum, entry) => sum + entry.punishments, 0),
  };
}

const taskKinds: readonly TaskKind[] = ["explain", "fix", "findBugs", "tests", "docs", "changes", "annotate", "ask"];

function taskName(task: TaskKind): string {
  switch (task) {
    case "explain":
      return t("Explaining code");
    case "fix":
      return t("Fixing code");
    case "findBugs":
      return t("Finding bugs");
    case "tests":
      return t("Writing tests");
    case "docs":
      return t("Writing documentation");
    case "changes":
      return t("Explaining changes");
    case "annotate":
      return t("Notes on lines");
    case "ask":
      return t("Questions");
  }
}

/** What was learnt, as a Markdown document. @param usual the rules' level for an ordinary question of a task */
export function describeLearning(log: UseLog, usual: (task: TaskKind) => ChosenEffort): string {
  const kinds = taskKinds.filter((task) => log.some((entry) => entry.task === task));
  const sections = kinds.map((task) => {
    const rule = usual(task);
    const now = learntEffort(log, task, rule);
    const choice =
      now === rule
        ? t("An ordinary question gets effort {0}, as without learning.", rule)
        : t("An ordinary question gets effort **{0}** in place of {1}.", now, rule);
    const heads = [t("effort"), t("template"), t("for it"), t("against it")].join(" | ");
    const rows = log
      .filter((entry) => entry.task === task)
      .sort((a, b) => effortLevels.indexOf(a.effort) - effortLevels.indexOf(b.effort))
      .map(
        (entry) =>
          `| ${entry.effort} | ${entry.template} | ${entry.rewards.toFixed(1)} | ${entry.punishments.toFixed(1)} |`,
      );
    return `## ${taskName(task)}\n\n${choice}\n\n| ${heads} |\n|---|---|---|---|\n${rows.join("\n")}`;
  });
  return [
    `# ${t("What Hunch learnt from use")}`,
    t(
      "It changes what effort “auto” chooses, and nothing else. It stays on this machine; **Hunch: Forget What Was Learnt** empties it.",
    ),
    t(
      "For a way of thinking speak: code that was inserted, a thumb up. Against it: an answer asked for again, a thumb down, a follow-up that calls it wrong, and, half as much, a thought ended with Answer Now. Answer Now also speaks for the next lower effort, all else that speaks against it for the next higher one. Old evidence fades.",
    ),
    ...(sections.length > 0 ? sections : [t("Nothing yet.")]),
  ].join("\n\n");
}
