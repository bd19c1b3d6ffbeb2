/**
 * Notes of a few words a step, as one drafts on paper. Without an example, whose words small models take for the matter.
 * The opening dash makes them begin a list; asked for notes in words alone, they retell the code. No space behind it: that
 * is a token of its own here, after which they number the lines of a retelling.
 */
import type { Template } from "./template.ts";

export const draft: Template = {
  name: "draft",
  thinks: true,
  style: () =>
    "Think in short notes: one line a step, and each line ends with its result, a value or a calculation. No sentences; do not describe the code or repeat the question.",
  opening: "-",
  claims: "80 to 92 % fewer tokens at 0 to 4 points less accuracy; small models lose more without examples.",
  source: "Chain of Draft, arXiv 2502.18600",
  measured: null,
};
