/**
 * What runs a model when Hunch may choose: its own decoder, or a llama-server of this machine for what only that one can
 * use. Decided from what the files say of themselves, and told with its reason.
 */
import { t } from "../common/l10n.ts";
import type { LlamaServer, SpeculationMode } from "../common/protocol.ts";
import type { GgufInfo } from "./gguf.ts";
import { type LlamaServerHere, llamaServerVariable } from "./llamaServer/find.ts";

export interface BackendChoice {
  /** null: the engine's own process. */
  server: LlamaServer | null;
  /** Half a sentence, behind "because". */
  reason: string;
}

type Facts = Pick<GgufInfo, "architecture" | "predictionLayers" | "hasRecurrentState">;

/**
 * Architectures whose prediction layers llama.cpp uses (those with a graph for them in its v0.5.0); of others it keeps
 * the layers and cannot draft with them.
 */
const predicting = new Set([
  "bailingmoe3",
  "cohere2moe",
  "deepseek2",
  "deepseek32",
  "deepseek4",
  "glm-dsa",
  "glm4moe",
  "hy-v3",
  "mimo2",
  "nemotron-h-moe",
  "qwen35",
  "qwen35moe",
  "qwen3next",
  "step35",
]);
/** Files that are no models but draft for one. */
const heads = new Set(["eagle3", "dflash"]);

/**
 * @param draft of the draft model that was asked for
 * @param here the llama-server of this machine
 */
export function chooseBackend(
  target: Facts,
  draft: Facts | null,
  speculation: SpeculationMode,
  { program, problem }: LlamaServerHere,
): BackendChoice {
  const wanted = whyServer(target, draft, speculation);
  if (wanted === null) return { server: null, reason: t("nothing in the model's file needs another") };
  if (problem)
    return {
      server: null,
      reason: t(
        "the llama-server that is named (hunch.llamaServer.path, or the environment's {0}) can not be used, although {1}: {2}",
        llamaServerVariable,
        wanted,
        problem.message.replace(/\.$/, ""),
      ),
    };
  if (program === null)
    return {
      server: null,
      reason: t(
        "there is no llama-server here (“Hunch: Get llama-server”, in a terminal hunch llama-server install, gets one), although {0}",
        wanted,
      ),
    };
  return { server: { kind: "llamaServer", program, speculation }, reason: wanted };
}

function whyServer(target: Facts, draft: Facts | null, speculation: SpeculationMode): string | null {
  // Sizes proven exact are those of our own decoder.
  if (speculation === "strict") return null;
  const guesses = speculation === "auto" || speculation === "draft";
  if (draft && guesses && heads.has(draft.architecture))
    return t("its draft model is a {0} head, which only llama-server can use", draft.architecture);
  if (target.predictionLayers > 0 && speculation === "auto" && predicting.has(target.architecture))
    return t("the model has layers that predict further tokens (MTP), which only llama-server can use");
  if (target.hasRecurrentState)
    return t("the model's cache can not drop tokens, and llama-server keeps checkpoints to go back to");
  return null;
}
