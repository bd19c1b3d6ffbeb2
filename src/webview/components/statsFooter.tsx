/** Under an answer: how fast it came and why, with the figures behind it on request. */

import { Fragment } from "preact";
import { t } from "../../common/l10n.ts";
import type { Thumb } from "../../common/panel.ts";
import type { GenerationStats } from "../../common/stats.ts";
import { usePanel } from "../panelContext.ts";
import { statsSummary, type TurnHead } from "../wording.ts";
import { IconButton } from "./iconButton.tsx";
import { Icon } from "./icons.tsx";
import { StatsDetails } from "./statsDetails.tsx";

interface StatsFooterProps {
  head: TurnHead;
  stats: GenerationStats;
  open: boolean;
  showOrigins: boolean;
  busy: boolean;
  /** The whole answer, for Copy. */
  answer(): string;
}

export function StatsFooter({ head, stats, open, showOrigins, busy, answer }: StatsFooterProps) {
  const { post, announce, toggleStats } = usePanel();
  const detailsId = `stats-${head.id}`;
  const copyAnswer = () => {
    post({ type: "copy", text: answer() });
    announce(t("Answer copied."));
  };
  return (
    <footer class="stats">
      <div class="stats-line">
        <button
          type="button"
          class="disclosure"
          aria-expanded={open}
          aria-controls={detailsId}
          title={open ? t("Hide the figures") : t("Show the figures")}
          onClick={() => toggleStats(head.id)}
        >
          <Icon name={open ? "chevronDown" : "chevronRight"} />
          <span>
            {statsSummary(stats).map((part, index, parts) => (
              <Fragment key={part}>
                <span class="stats-part">{index < parts.length - 1 ? `${part}\u00a0·` : part}</span>{" "}
              </Fragment>
            ))}
          </span>
        </button>
        <div class="stats-actions">
          {head.status === "done" && <Thumbs head={head} />}
          {head.status === "done" && (
            <IconButton
              icon="refresh"
              title={t("Answer again; this answer is kept")}
              label={t("Answer again")}
              disabled={busy}
              onClick={() => post({ type: "retry", turnId: head.id })}
            />
          )}
          <IconButton icon="copy" title={t("Copy answer")} onClick={copyAnswer} />
          <IconButton
            icon="layers"
            title={t("Colour the text by who proposed it")}
            pressed={showOrigins}
            onClick={() => post({ type: "setShowOrigins", value: !showOrigins })}
          />
        </div>
      </div>
      <div id={detailsId} hidden={!open}>
        {open && <StatsDetails stats={stats} />}
      </div>
    </footer>
  );
}

/** The user's opinion; a second press takes it back. */
function Thumbs({ head }: { head: TurnHead }) {
  const { post, announce } = usePanel();
  const thumb = (value: Thumb, label: string) => {
    const on = head.feedback === value;
    return (
      <IconButton
        icon={value === "up" ? "thumbUp" : "thumbDown"}
        title={label}
        pressed={on}
        onClick={() => {
          post({ type: "feedback", turnId: head.id, thumb: on ? null : value });
          announce(on ? t("Feedback taken back.") : t("Thank you, kept on this machine."));
        }}
      />
    );
  };
  return (
    <>
      {thumb("up", t("Good answer"))}
      {thumb("down", t("Bad answer"))}
    </>
  );
}
