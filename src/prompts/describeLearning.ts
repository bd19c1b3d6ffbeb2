/** What use taught, in words: the arms that were in use, and what comes of them. */
import { t } from "../common/l10n.ts";
import { effortLevels } from "./effortLevels.ts";
import { type Arms, learntArm, type UseEvidence, type UseLog } from "./learning.ts";
import type { TaskKind } from "./tasks/task.ts";

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

/** A Markdown document. @param armsOf what there is to choose from for an ordinary question of a task */
export function describeLearning(log: UseLog, armsOf: (task: TaskKind) => Arms): string {
  const kinds = taskKinds.filter((task) => log.some((entry) => entry.task === task));
  const sections = kinds.map((task) => section(task, log, armsOf(task)));
  return [
    `# ${t("What Hunch learnt from use")}`,
    t(
      "It changes what effort “auto” chooses, and nothing else. It stays on this machine; **Hunch: Forget What Was Learnt** empties it.",
    ),
    t(
      "For a way of thinking, an effort with a template, speak: code that was inserted, a change that was applied, a thumb up. Against it: an answer asked for again, a thumb down, a follow-up that calls it wrong, and, half as much, a thought ended with Answer Now. Each counts once for an answer. Answer Now also speaks for the next lower effort and against the next higher one, all else that speaks against it the other way round.",
    ),
    t(
      "A way of thinking that does badly gives its place to another template of its task at the same effort, or to the effort next to it. Old evidence fades.",
    ),
    ...(sections.length > 0 ? sections : [t("Nothing yet.")]),
  ].join("\n\n");
}

function section(task: TaskKind, log: UseLog, arms: Arms): string {
  const { usual } = arms;
  const now = learntArm(log, task, arms);
  const choice =
    now === usual
      ? t("An ordinary question gets effort {0} with template {1}, as without learning.", usual.effort, usual.template)
      : t(
          "An ordinary question gets effort **{0}** with template **{1}** in place of {2} with {3}.",
          now.effort,
          now.template,
          usual.effort,
          usual.template,
        );
  const heads = [
    t("effort"),
    t("template"),
    t("for it"),
    t("against it"),
    t("more thought wanted"),
    t("less thought wanted"),
  ];
  const rows = log
    .filter((entry) => entry.task === task)
    .sort((a, b) => effortLevels.indexOf(a.effort) - effortLevels.indexOf(b.effort))
    .map((entry) => row(cellsOf(entry)));
  return [`## ${taskName(task)}`, choice, [row(heads), row(heads.map(() => "---")), ...rows].join("\n")].join("\n\n");
}

function cellsOf({ effort, template, rewards, punishments, more, less }: UseEvidence): string[] {
  return [effort, template, ...[rewards, punishments, more, less].map((sum) => sum.toFixed(1))];
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
