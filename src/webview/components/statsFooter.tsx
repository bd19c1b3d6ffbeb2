/** Under an answer: how fast it came and why, with the figures behind it on request. */

import { Fragment } from "preact";
import type { GenerationStats } from "../../common/stats.ts";
import { usePanel } from "../panelContext.ts";
import { statsSummary } from "../wording.ts";
import { Icon } from "./icons.tsx";
import { StatsDetails } from "./statsDetails.tsx";

interface StatsFooterProps {
  turnId: string;
  stats: GenerationStats;
  open: boolean;
  showOrigins: boolean;
  /** The whole answer, for Copy. */
  answer(): string;
}

export function StatsFooter({ turnId, stats, open, showOrigins, answer }: StatsFooterProps) {
  const { post, announce, toggleStats } = usePanel();
  const detailsId = `stats-${turnId}`;
  const copyAnswer = () => {
    post({ type: "copy", text: answer() });
    announce("Answer copied.");
  };
  return (
    <footer class="stats">
      <div class="stats-line">
        <button
          type="button"
          class="disclosure"
          aria-expanded={open}
          aria-controls={detailsId}
          title={open ? "Hide the figures" : "Show the figures"}
          onClick={() => toggleStats(turnId)}
        >
          <Icon name={open ? "chevronDown" : "chevronRight"} />
          <span>
            {statsSummary(stats).map((part, index, parts) => (
              <Fragment key={part}>
                <span class="stats-part">{index < parts.length - 1 ? `${part} ·` : part}</span>{" "}
              </Fragment>
            ))}
          </span>
        </button>
        <button type="button" class="icon-button" title="Copy answer" aria-label="Copy answer" onClick={copyAnswer}>
          <Icon name="copy" />
        </button>
        <button
          type="button"
          class="icon-button"
          title="Colour the text by who proposed it"
          aria-label="Colour the text by who proposed it"
          aria-pressed={showOrigins}
          onClick={() => post({ type: "setShowOrigins", value: !showOrigins })}
        >
          <Icon name="layers" />
        </button>
      </div>
      <div id={detailsId} hidden={!open}>
        {open && <StatsDetails stats={stats} />}
      </div>
    </footer>
  );
}
