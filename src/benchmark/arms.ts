/** What is compared: our engine in its modes, and llama-server with each kind of speculation. */
import { cacheArgs, noGpuArgs } from "../common/llamaServerArgs.ts";
import type { ModelInfo, SpeculationMode } from "../common/protocol.ts";

export interface HunchArm {
  name: string;
  kind: "hunch";
  speculation: SpeculationMode;
}
export interface LlamaServerArm {
  name: string;
  kind: "llama-server";
  /** Command line options; the word DRAFT stands for the draft model's path. */
  options: readonly string[];
  /** It guesses from what it answered before, over requests: asked the same a second time it would know the answer. */
  remembers?: true;
}
export type Arm = HunchArm | LlamaServerArm;

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

/** Times that an arm may be asked the same thing. */
export function roundsOf(arm: Arm, rounds: number): number {
  return arm.kind === "llama-server" && arm.remembers ? 1 : rounds;
}

/** What all arms share. */
export interface Conditions {
  maxTokens: number;
  temperature: number;
  seed: number;
}

/** The arm that ratios are to. */
export const baseline = "hunch off";
/** The arms of the editor's short form. */
export const shortArms: readonly HunchArm[] = [
  { name: baseline, kind: "hunch", speculation: "off" },
  { name: "hunch auto", kind: "hunch", speculation: "auto" },
];

const ngram = (type: string, ...options: string[]): LlamaServerArm => ({
  name: `llama-server ${type}${options.length > 0 ? " tuned" : ""}`,
  kind: "llama-server",
  options: ["--spec-type", type, ...options],
  // Its pool of hashes outlives a request: seen to accept more of the same answer in each round.
  ...(type === "ngram-mod" && { remembers: true }),
});

/** Tuned: short look-ups and drafts, which on a CPU beat the defaults (12 and 48 tokens; 24 and 48 to 64 of ngram-mod). */
export const allArms: readonly Arm[] = [
  ...shortArms,
  { name: "hunch suffix", kind: "hunch", speculation: "suffix" },
  { name: "hunch recycling", kind: "hunch", speculation: "recycling" },
  { name: "hunch draft", kind: "hunch", speculation: "draft" },
  { name: "llama-server none", kind: "llama-server", options: [] },
  ngram("ngram-simple"),
  ngram("ngram-simple", "--spec-ngram-simple-size-n", "4", "--spec-ngram-simple-size-m", "15"),
  ngram("ngram-map-k"),
  ngram("ngram-map-k", "--spec-ngram-map-k-size-n", "4", "--spec-ngram-map-k-size-m", "15"),
  ngram("ngram-map-k4v"),
  ngram("ngram-map-k4v", "--spec-ngram-map-k4v-size-n", "4", "--spec-ngram-map-k4v-size-m", "15"),
  ngram("ngram-mod"),
  ngram(
    "ngram-mod",
    ...["--spec-ngram-mod-n-match", "8", "--spec-ngram-mod-n-min", "3", "--spec-ngram-mod-n-max", "15"],
  ),
  ngram("ngram-cache"),
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

/** What makes every llama-server compute where ours does, with the cache that ours has; none where it does so by itself. */
export function serverArgs({ gpuLayers, kvType }: Pick<ModelInfo, "gpuLayers" | "kvType">): string[] {
  return [...(gpuLayers === 0 ? noGpuArgs : []), ...cacheArgs(kvType)];
}

/** Servers that are up at once, each with the model loaded. */
const serversAtOnce = 3;

/**
 * Arms that are measured together, interleaved: ours with the first servers, then further servers, each group with the
 * baseline anew, since ratios are to what ran beside them.
 */
export function groupsOf(arms: readonly Arm[]): Arm[][] {
  const own = arms.filter(({ kind }) => kind === "hunch");
  const servers = arms.filter(({ kind }) => kind === "llama-server");
  const again = own.filter(({ name }) => name === baseline);
  const groups = [[...own, ...servers.slice(0, serversAtOnce)]];
  for (let from = serversAtOnce; from < servers.length; from += serversAtOnce)
    groups.push([...again, ...servers.slice(from, from + serversAtOnce)]);
  return groups;
}
