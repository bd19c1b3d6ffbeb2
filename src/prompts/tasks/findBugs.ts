import type { Task } from "./task.ts";

/** False alarms cost the user more than a thought does. */
export const findBugs: Task = {
  kind: "findBugs",
  instruction:
    "Look for bugs in this code. List only real ones, the worst first: the line, an input for which it goes wrong, and the correction. If there are none, say so.",
  answerTokens: 1024,
  effort: "medium",
  templates: { low: "draft", medium: "concise" },
  alternatives: ["budgeted"],
  claims:
    "Whether a fault is real has to be followed through the code, in whole steps: short sentences keep the accuracy of long thoughts but for mathematics with weak models. Not measured by us for finding bugs.",
  source: "Concise chain of thought, arXiv 2401.05618; Chain of Draft, arXiv 2502.18600",
};
