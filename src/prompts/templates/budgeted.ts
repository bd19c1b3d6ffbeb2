/** The budget is said in the prompt, so that the model plans for it and the wrap-up is seldom needed. */
import type { Template } from "./template.ts";

export const budgeted: Template = {
  name: "budgeted",
  thinks: true,
  style: (budget) => (budget === null ? "Think step by step." : `Think step by step in less than ${budget} tokens.`),
  opening: "",
  claims: "67 % fewer tokens at about 3 points less accuracy, when the budget suits the question.",
  source: "TALE-EP, arXiv 2412.18547",
  measured: null,
};
