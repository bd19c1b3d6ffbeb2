/** Thinking as long as the model likes: what the others are compared with. */
import type { Template } from "./template.ts";

export const plain: Template = {
  name: "plain",
  thinks: true,
  style: () => "Think step by step.",
  opening: "",
  claims: "Most accurate where steps matter, and the longest thoughts.",
  source: "Zero-shot chain of thought, arXiv 2205.11916",
  measured: null,
};
