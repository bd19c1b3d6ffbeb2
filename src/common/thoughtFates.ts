/** Why a thought was not chosen, in words, for the panel and for a conversation written down. */
import { t } from "./l10n.ts";
import type { ThoughtFate } from "./segments.ts";

export function fateText(fate: ThoughtFate): string {
  switch (fate) {
    case "agrees":
      return t("came to the same, less surely");
    case "outvoted":
      return t("outvoted");
    case "lessSure":
      return t("the model was less sure of it");
    case "incomparable":
      return t("its answer cannot be compared");
    case "stopped":
      return t("ended early, the others had agreed");
    case "unfinished":
      return t("came to no end");
  }
}
