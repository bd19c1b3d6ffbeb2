/** No thought at all: for tasks that need none, and for users in a hurry. */
import type { Template } from "./template.ts";

export const none: Template = {
  name: "none",
  thinks: false,
  style: () => "",
  opening: "",
  claims: "Up to 5 times fewer tokens; better than thinking at equal small budgets, worse where values are computed.",
  source: "NoThinking, arXiv 2504.09858",
  measured: null,
};
