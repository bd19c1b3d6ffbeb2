/** The whole panel: conversation above, input below. Drawn once a frame at most; unchanged turns are skipped. */

import { useEffect, useRef } from "preact/hooks";
import { t } from "../../common/l10n.ts";
import { othersOf } from "../../common/panel.ts";
import { usePanel } from "../panelContext.ts";
import { placeIn, scrollToPlace } from "../place.ts";
import type { PanelStore, TurnModel } from "../store.ts";
import { useFollowEnd } from "../useFollowEnd.ts";
import type { ViewState } from "../viewState.ts";
import { AssistantTurnView } from "./assistantTurn.tsx";
import { Composer } from "./composer.tsx";
import type { ContextUse } from "./contextMeter.tsx";
import { EngineNotice } from "./engineNotice.tsx";
import { DownloadProgress, FirstRun } from "./firstRun.tsx";
import { Scrolled } from "./scrolled.tsx";
import { SessionList } from "./sessionList.tsx";
import { ToEnd } from "./toEnd.tsx";
import { TurnBoundary } from "./turnBoundary.tsx";
import { UserTurnView } from "./userTurn.tsx";
import { Welcome } from "./welcome.tsx";

interface AppProps {
  store: PanelStore;
  view: ViewState;
  /** What a screen reader is to say now, and how many sentences there were. */
  spoken: { sentence: string; count: number };
  focusRequests: number;
}

export function App({ store, view, spoken, focusRequests }: AppProps) {
  return (
    <div class="panel">
      {store.chrome && view.sessionsShown && (
        <SessionList
          sessions={store.sessions}
          undoable={store.undoable}
          currentId={store.chrome.conversationId}
          found={store.sessionsFound}
        />
      )}
      {store.chrome && !view.sessionsShown && (
        <Conversation key={`${store.chrome.conversationId} ${view.restores}`} store={store} view={view} />
      )}
      {store.chrome && <Foot store={store} view={view} focusRequests={focusRequests} />}
      {[0, 1].map((place) => (
        // In turn: a region whose text stays the same is silent, and "Code copied." may come twice.
        <div key={place} class="visually-hidden" role="status" aria-live="polite">
          {spoken.count % 2 === place ? spoken.sentence : ""}
        </div>
      ))}
    </div>
  );
}

function Conversation({ store, view }: { store: PanelStore; view: ViewState }) {
  const { setPlace } = usePanel();
  const scroller = useRef<HTMLElement>(null);
  const running = store.running !== null;
  const wasRunning = useRef(running);
  const firstDrawn = useRef(store.history.first);
  // The end of a turn brings its last words, an error or figures, and older turns come above: the end stays in sight.
  const growing = running || wasRunning.current || firstDrawn.current !== store.history.first;
  wasRunning.current = running;
  firstDrawn.current = store.history.first;
  const empty = store.turns.length === 0;
  const follow = useFollowEnd(scroller, growing, {
    start: beginning(store, view),
    onScroll: (element, atEnd) => setPlace(atEnd ? null : placeIn(element)),
  });
  const { lastQuestion } = store;
  const shownQuestion = useRef(lastQuestion);
  useEffect(() => {
    // A new question is always followed, wherever the user had scrolled to; that of another version is no new one.
    if (lastQuestion !== shownQuestion.current && store.asked) follow.toEnd();
    shownQuestion.current = lastQuestion;
  }, [lastQuestion]);

  const chrome = store.chrome!;
  return (
    <>
      {chrome.title !== "" && (
        <header class="title-bar">
          <h1 title={chrome.title}>{chrome.title}</h1>
        </header>
      )}
      <Scrolled as="main" class="conversation" element={scroller} aria-label={t("Conversation")}>
        {store.drawn.map((turn, index) => (
          // By its place, where another version may come: the switch that was pressed stays and keeps the focus.
          <TurnBoundary key={store.turns[store.history.first + index - 1]?.id ?? ""} turn={turn}>
            <Turn turn={turn} store={store} view={view} busy={running} />
          </TurnBoundary>
        ))}
        {!chrome.model.installed && <FirstRun chrome={chrome} />}
        {chrome.model.installed && empty && <Welcome chrome={chrome} />}
        {chrome.model.installed && chrome.download.state === "running" && (
          <DownloadProgress download={chrome.download} />
        )}
        {!empty && <ToEnd follow={follow} scroller={scroller} />}
      </Scrolled>
    </>
  );
}

/** Where the scrolled conversation begins. */
function beginning({ turns }: PanelStore, { place }: ViewState): ((element: HTMLElement) => void) | null {
  // What stands there before the first question is read from its top.
  if (turns.length === 0) return () => {};
  if (!place || !turns.some(({ id }) => id === place.turnId)) return null;
  return (element) => scrollToPlace(element, place);
}

interface TurnProps {
  turn: TurnModel;
  store: PanelStore;
  view: ViewState;
  busy: boolean;
}

function Turn({ turn, store, view, busy }: TurnProps) {
  const chrome = store.chrome!;
  const version = chrome.versions[turn.id];
  if (turn.role === "user")
    return (
      <UserTurnView
        turn={turn}
        version={version}
        edited={view.editing?.turnId === turn.id ? view.editing.text : null}
        busy={busy}
      />
    );
  return (
    <AssistantTurnView
      turn={turn}
      version={turn.version}
      thoughtOpen={isThoughtOpen(turn.id, turn.head.status === "thinking", chrome.thinkingCollapsed, view)}
      othersOpen={view.thought(othersOf(turn.id)) ?? false}
      statsOpen={view.statsOpen(turn.id)}
      showOrigins={chrome.showOrigins}
      modelId={chrome.model.id}
      shownVersion={version}
      busy={busy}
    />
  );
}

/** The user's own choice for this thought counts; else a thought is open while it is written, if he likes that. */
export function isThoughtOpen(turnId: string, live: boolean, collapsed: boolean, view: ViewState): boolean {
  return view.thought(turnId) ?? (live && !collapsed);
}

function Foot({ store, view, focusRequests }: { store: PanelStore; view: ViewState; focusRequests: number }) {
  const chrome = store.chrome!;
  const last = store.turns.at(-1);
  return (
    <section class="foot" aria-label={t("Ask")}>
      <EngineNotice
        engine={chrome.engine}
        modelId={chrome.model.id}
        turnFailed={last?.role === "assistant" && last.head.status === "failed"}
      />
      <Composer
        chrome={chrome}
        draft={view.draft}
        references={view.references}
        found={store.found}
        running={store.running !== null}
        context={contextUse(store.turns)}
        focusRequests={focusRequests}
      />
    </section>
  );
}

/** As of the last answer that has figures. */
function contextUse(turns: readonly TurnModel[]): ContextUse | null {
  for (const turn of turns.toReversed()) {
    if (turn.role !== "assistant") continue;
    const figures = turn.head.stats ?? turn.head.live;
    if (figures && figures.contextSize > 0) return { usedTokens: figures.contextUsedTokens, size: figures.contextSize };
  }
  return null;
}
