/** An answer in all its states: waiting, thinking, answering, ended. */
import { Fragment } from "preact";
import { useMemo } from "preact/hooks";
import type { TurnVersion } from "../../common/panel.ts";
import { BlockView } from "../markdown/blocks.tsx";
import { memo } from "../memo.tsx";
import { TurnContext } from "../panelContext.ts";
import type { AssistantTurnModel } from "../turnModel.ts";
import { endNotice, waitingFor } from "../wording.ts";
import { ActionRow } from "./actionRow.tsx";
import { turnActions } from "./actions.ts";
import { ErrorCard } from "./errorCard.tsx";
import { Icon } from "./icons.tsx";
import { Meter } from "./meter.tsx";
import { OriginLegend, OriginRuns } from "./originRuns.tsx";
import { OtherThoughts } from "./otherThoughts.tsx";
import { StatsFooter } from "./statsFooter.tsx";
import { ThinkingBlock } from "./thinkingBlock.tsx";
import { VersionSwitch } from "./versionSwitch.tsx";

interface AssistantTurnProps {
  turn: AssistantTurnModel;
  /** Of the turn: it changes inside. */
  version: number;
  thoughtOpen: boolean;
  othersOpen: boolean;
  statsOpen: boolean;
  showOrigins: boolean;
  modelId: string;
  /** Which version of the turn this is; undefined when it is the only one. */
  shownVersion: TurnVersion | undefined;
  /** An answer is being written, here or further down. */
  busy: boolean;
}

export const AssistantTurnView = memo(function AssistantTurnView(props: AssistantTurnProps) {
  const { turn, thoughtOpen, othersOpen, statsOpen, showOrigins, modelId, shownVersion, busy } = props;
  const { head } = turn;
  const thinks = head.status === "thinking" || turn.thinking.length > 0;
  const writes = turn.answer.length > 0;
  const actions = turnActions(head, modelId);
  const notice = endNotice(head);
  return (
    <article class="turn turn-assistant" data-turn={turn.id} aria-busy={turn.running}>
      <h2 class="visually-hidden">Hunch</h2>
      {shownVersion && <VersionSwitch turnId={head.id} version={shownVersion} busy={busy} />}
      <Fragment key={head.id}>
        <Waiting turn={turn} />
        {showOrigins && (thinks || writes) && <OriginLegend />}
        {thinks && <ThinkingBlock head={head} log={turn.thinking} open={thoughtOpen} showOrigins={showOrigins} />}
        {head.otherThoughts && head.otherThoughts.length > 0 && (
          <OtherThoughts turnId={head.id} others={head.otherThoughts} open={othersOpen} />
        )}
        {writes && (showOrigins ? <OriginRuns log={turn.answer} /> : <Answer turn={turn} />)}
        {head.notices.map(({ code, message }) => (
          <p key={code} class="notice">
            <Icon name="info" />
            <span>{message}</span>
          </p>
        ))}
        {head.error && head.status === "failed" && <ErrorCard error={head.error} actions={actions} busy={busy} />}
        {notice && (
          <p class="notice">
            <Icon name={head.status === "stopped" ? "stop" : "warning"} />
            <span>{notice}</span>
          </p>
        )}
        {head.status !== "failed" && <ActionRow actions={actions} busy={busy} />}
        {head.stats && !turn.running && (
          <StatsFooter
            head={head}
            stats={head.stats}
            open={statsOpen}
            showOrigins={showOrigins}
            busy={busy}
            answer={() => turn.answer.text()}
          />
        )}
      </Fragment>
    </article>
  );
});

function Answer({ turn }: { turn: AssistantTurnModel }) {
  // One list, so that a block keeps its elements when it moves from the tail to the frozen ones.
  const blocks = [...turn.document.frozen, ...turn.document.tail];
  const { id, running, whole } = turn;
  // The same object while nothing of it changes: another would have all code drawn again.
  const context = useMemo(() => ({ id, running, whole }), [id, running, whole]);
  return (
    <TurnContext.Provider value={context}>
      <div class="markdown">
        {blocks.map((block) => (
          <BlockView key={block.key} block={block} />
        ))}
      </div>
    </TurnContext.Provider>
  );
}

function Waiting({ turn }: { turn: AssistantTurnModel }) {
  const { head } = turn;
  const text = waitingFor(head);
  if (text === null) return null;
  const { prefill } = head;
  const ratio =
    head.status === "prefill" && prefill && prefill.totalTokens > 0
      ? prefill.processedTokens / prefill.totalTokens
      : head.progress;
  return (
    <div class="waiting">
      <p>{text}</p>
      <Meter ratio={head.status === "queued" ? null : ratio} label={text} text={text} />
    </div>
  );
}
