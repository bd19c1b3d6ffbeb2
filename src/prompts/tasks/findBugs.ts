import type { Task } from "./task.ts";

/** False alarms cost the user more than a thought does. */
export const findBugs: Task = {
  kind: "findBugs",
  instruction:
    "Look for bugs in this code. List only real ones, the worst first: the line, an input for which it goes wrong, and the correction. If there are none, say so.",
  answerTokens: 1024,
  effort: "medium",
  templates: { low: "draft", medium: "concise" },
};
