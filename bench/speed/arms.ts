/** What is compared: our engine in its modes, and llama-server with each kind of speculation. */
import type { SpeculationMode } from "../../src/common/protocol.ts";

export type Arm =
  | { name: string; kind: "hunch"; speculation: SpeculationMode }
  | { name: string; kind: "llama-server"; options: readonly string[] };

/** One measured run of one prompt. */
export interface Run {
  tokens: number;
  /** Of the decode phase. */
  tokensPerSecond: number;
  drafted: number;
  accepted: number;
  prefillMs: number;
  overheadMsPerPass: number | null;
}

/** What all arms share. */
export interface Conditions {
  modelPath: string;
  draftPath: string | null;
  threads: number;
  contextSize: number;
  maxTokens: number;
  temperature: number;
  seed: number;
}

const ngram = (type: string, ...options: string[]): Arm => ({
  name: `llama-server ${type}${options.length > 0 ? " tuned" : ""}`,
  kind: "llama-server",
  options: ["--spec-type", type, ...options],
});

/** Tuned: short lookups and drafts, which on a CPU beat the defaults (12 and 48 tokens). */
export const allArms: readonly Arm[] = [
  { name: "hunch off", kind: "hunch", speculation: "off" },
  { name: "hunch auto", kind: "hunch", speculation: "auto" },
  { name: "hunch suffix", kind: "hunch", speculation: "suffix" },
  { name: "hunch recycling", kind: "hunch", speculation: "recycling" },
  { name: "hunch draft", kind: "hunch", speculation: "draft" },
  { name: "llama-server none", kind: "llama-server", options: [] },
  ngram("ngram-simple"),
  ngram("ngram-simple", "--spec-ngram-simple-size-n", "4", "--spec-ngram-simple-size-m", "15"),
  ngram("ngram-map-k"),
  ngram("ngram-map-k", "--spec-ngram-map-k-size-n", "4", "--spec-ngram-map-k-size-m", "15"),
  ngram("ngram-mod"),
  {
    name: "llama-server draft-simple",
    kind: "llama-server",
    options: ["--spec-type", "draft-simple", "--model-draft", "DRAFT"],
  },
];

export const defaultArms = [
  "hunch off",
  "hunch auto",
  "llama-server none",
  "llama-server ngram-simple",
  "llama-server ngram-simple tuned",
];
