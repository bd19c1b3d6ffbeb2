/** How llama-server is told to guess ahead, chosen from what the model files say of themselves. */
import type { LoadParams, SpeculationMode } from "../../../common/protocol.ts";
import { modelBytes } from "../modelBytes.ts";
import type { ModelFacts } from "./modelFacts.ts";

export interface ServerSpeculation {
  /** Arguments of llama-server. */
  args: string[];
  /** What it is, for the log and the user; "" for none. */
  what: string;
  /** A model or layers of one guess, to a depth that can be set. */
  hasDepth: boolean;
}

export const noSpeculation: ServerSpeculation = { args: [], what: "", hasDepth: false };

/** @param depth tokens that are guessed at once; 0: none are. Of no meaning where there is no depth */
export function speculationArgs({ args, hasDepth }: ServerSpeculation, depth: number): string[] {
  if (!hasDepth) return args;
  return depth === 0 ? [] : [...args, "--spec-draft-n-max", String(depth)];
}

/** A draft model's kind is its architecture: a small model of the same family, or a head made for its target. */
function draftType({ architecture, hasMarkovHead }: ModelFacts): string {
  if (architecture === "eagle3") return "draft-eagle3";
  if (architecture === "dflash") return hasMarkovHead ? "draft-dspark" : "draft-dflash";
  return "draft-simple";
}

/**
 * A draft model that was asked for, else the model's own prediction layers, else matches in the text so far.
 * @param draft facts of `params.draft`
 */
export function chooseSpeculation(
  mode: SpeculationMode,
  target: ModelFacts,
  params: LoadParams,
  draft: ModelFacts | null,
): ServerSpeculation {
  if (mode === "off" || mode === "strict") return noSpeculation;
  if (params.draft && draft && (mode === "auto" || mode === "draft")) {
    const type = draftType(draft);
    return {
      args: ["--model-draft", params.draft.path, "--spec-type", type],
      what: `${params.draft.id} (${type})`,
      hasDepth: true,
    };
  }
  if (target.nextnLayers > 0 && mode === "auto")
    return {
      args: ["--spec-type", "draft-mtp"],
      what: "the model's own prediction layers (draft-mtp)",
      hasDepth: true,
    };
  return { args: ["--spec-type", "ngram-simple"], what: "matches in the text so far (ngram-simple)", hasDepth: false };
}

/** What a guess costs, as a share of a pass of the target. Weights are what a pass reads; a model's own prediction layer is one of many. */
export function draftCost({ target, draft }: LoadParams): number {
  return draft ? modelBytes(draft.path) / modelBytes(target.path) : 0.05;
}
