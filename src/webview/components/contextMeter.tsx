import { t } from "../../common/l10n.ts";
import { count, percent, tokens } from "../format.ts";

export interface ContextUse {
  usedTokens: number;
  size: number;
}

/** From this share on the ring warns. */
const nearlyFull = 0.85;

/** A small ring: how much of the model's context this conversation takes. */
export function ContextMeter({ use }: { use: ContextUse }) {
  const ratio = use.size > 0 ? Math.min(1, use.usedTokens / use.size) : 0;
  const text = t("Context: {0} of {1} ({2})", count(use.usedTokens), tokens(use.size), percent(ratio));
  return (
    <span class={ratio >= nearlyFull ? "context-meter context-meter-full" : "context-meter"} title={text}>
      <svg width="16" height="16" viewBox="0 0 16 16" role="img" aria-label={text} focusable="false">
        <circle class="ring" cx="8" cy="8" r="6" />
        <circle
          class="ring-used"
          cx="8"
          cy="8"
          r="6"
          pathLength={100}
          stroke-dasharray={`${ratio * 100} 100`}
          transform="rotate(-90 8 8)"
        />
      </svg>
    </span>
  );
}
