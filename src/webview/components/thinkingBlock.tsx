/** The model's thought: open while it is written if the user likes that, one line afterwards. */

import { useRef } from "preact/hooks";
import { t } from "../../common/l10n.ts";
import { memo } from "../memo.tsx";
import { usePanel } from "../panelContext.ts";
import type { RunChunk, RunLog } from "../runLog.ts";
import { useFollowEnd } from "../useFollowEnd.ts";
import { type TurnHead, thinkingProgress, thoughtSummary } from "../wording.ts";
import { Icon } from "./icons.tsx";
import { Meter } from "./meter.tsx";
import { OriginRuns } from "./originRuns.tsx";
import { Scrolled } from "./scrolled.tsx";

interface ThinkingBlockProps {
  head: TurnHead;
  log: RunLog;
  open: boolean;
  showOrigins: boolean;
}

export function ThinkingBlock({ head, log, open, showOrigins }: ThinkingBlockProps) {
  const { post, toggleThought } = usePanel();
  const live = head.status === "thinking";
  const budget = live ? (head.live?.thinkingBudget ?? null) : null;
  const bodyId = `thought-${head.id}`;
  return (
    <section class={live ? "thinking thinking-live" : "thinking"} aria-label={t("Thought")}>
      <div class="thinking-head">
        <button
          type="button"
          class="disclosure"
          aria-expanded={open}
          aria-controls={bodyId}
          onClick={() => toggleThought(head.id)}
        >
          <Icon name={open ? "chevronDown" : "chevronRight"} />
          {live ? (
            <span>
              <span class="thinking-word">{t("Thinking…")}</span> {thinkingProgress(head.live, head.thinkingMs)}
            </span>
          ) : (
            <span>{thoughtSummary(head)}</span>
          )}
        </button>
        {live && (
          <button
            type="button"
            class="button button-secondary button-small"
            title={t("End the thought and answer with what is known (Alt+Enter)")}
            onClick={() => post({ type: "answerNow" })}
          >
            {t("Answer now")}
          </button>
        )}
      </div>
      {budget !== null && head.live && (
        <Meter
          ratio={budget > 0 ? head.live.thinkingTokens / budget : 1}
          label={t("Thinking budget used")}
          text={thinkingProgress(head.live, head.thinkingMs)}
        />
      )}
      {/* In the page even when closed, so that the button names something; its text only when it is open. */}
      <div id={bodyId} hidden={!open}>
        {open && <ThoughtText log={log} length={log.length} live={live} showOrigins={showOrigins} />}
      </div>
    </section>
  );
}

interface ThoughtTextProps {
  log: RunLog;
  /** Version of the log. */
  length: number;
  live: boolean;
  showOrigins: boolean;
}

const ThoughtText = memo(function ThoughtText({ log, live, showOrigins }: ThoughtTextProps) {
  const scroller = useRef<HTMLElement>(null);
  useFollowEnd(scroller, live);
  return (
    <Scrolled class="thought" element={scroller}>
      {showOrigins ? (
        <OriginRuns log={log} />
      ) : (
        log.chunks.map((chunk) => <ThoughtChunk key={chunk.key} chunk={chunk} length={chunk.text.length} />)
      )}
    </Scrolled>
  );
});

const ThoughtChunk = memo(function ThoughtChunk({ chunk }: { chunk: RunChunk; length: number }) {
  return <div class="text-chunk">{chunk.key === 0 ? chunk.text.trimStart() : chunk.text}</div>;
});
