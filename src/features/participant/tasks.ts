/** The slash commands of `@hunch`, by name. The manifest is checked against them by a test. */
import type { TaskKind } from "../../prompts/compose.ts";

export const participantTasks: Readonly<Record<string, TaskKind>> = {
  explain: "explain",
  fix: "fix",
  tests: "tests",
  docs: "docs",
  bugs: "findBugs",
};
