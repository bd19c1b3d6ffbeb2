/** The panel's entry: connects host, store and page, and draws. Everything below is given what it needs. */
import "./styles/panel.css";
import { render } from "preact";
import { setLocalisation } from "../common/l10n.ts";
import { applyCodeColors } from "./codeColors.ts";
import { App, isThoughtOpen } from "./components/app.tsx";
import { FrameLoop } from "./frameLoop.ts";
import { keepingFocus } from "./keepFocus.ts";
import { type PanelActions, PanelContext } from "./panelContext.ts";
import { withMore } from "./references.ts";
import { PanelStore } from "./store.ts";
import { ViewState } from "./viewState.ts";
import { connectToHost, pageLocalisation } from "./vscodeApi.ts";

/** Scrolling and typing are saved when they pause (ms). */
const savePauseMs = 300;
/** A state that has not come by then is asked for again (ms): a page without one stays empty. */
const askAgainMs = 3_000;

setLocalisation(pageLocalisation());
const host = connectToHost();
const view = new ViewState(host.savedState());
const root = document.getElementById("root") ?? document.body;
let spoken = { sentence: "", count: 0 };
let focusRequests = 0;

const store = new PanelStore({
  onLost: ready,
  announce: (sentence) => actions.announce(sentence),
  focusInput: (text, references) => {
    focusRequests++;
    view.sessionsShown = false;
    if (text === undefined) view.references = withMore(view.references, references);
    else view.giveBack(text, references);
    saveSoon();
  },
  editQuestion: (editing) => {
    view.sessionsShown = false;
    const isHere = store.turns.some(({ id }) => id === editing.turnId);
    // Another question is being edited by then, or another chat is on screen: nothing is lost all the same.
    if (view.editing || !isHere) view.giveBack(editing.text, []);
    else view.editing = editing;
    saveSoon();
  },
  showSessions: () => actions.showSessions(true),
  recolor: (colors) => applyCodeColors(document.body.style, colors),
  takeOver: (saved) => {
    view.restore(saved);
    if (view.sessionsShown) host.post({ type: "listSessions" });
    saveSoon();
  },
});

const loop = new FrameLoop(() => {
  if (store.beforeFrame(performance.now())) loop.request();
  keepingFocus(() =>
    render(
      <PanelContext.Provider value={actions}>
        <App store={store} view={view} spoken={spoken} focusRequests={focusRequests} />
      </PanelContext.Provider>,
      root,
    ),
  );
  // The rest of a long conversation, once what matters is on screen.
  if (store.history.first > 0)
    setTimeout(() => {
      if (store.history.step()) loop.request();
    });
});

let askTimer: ReturnType<typeof setTimeout> | undefined;
function ready(): void {
  clearTimeout(askTimer);
  host.post({ type: "ready", restored: host.savedState() !== undefined });
  askTimer = setTimeout(ready, askAgainMs);
}

let lastFailure = "";
function failed(thrown: unknown): void {
  const detail = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  // What fails in every frame of a stream is told once.
  if (detail === lastFailure) return;
  lastFailure = detail;
  host.post({ type: "failed", detail });
}

let saveTimer: ReturnType<typeof setTimeout> | undefined;
/** For this page when it is hidden, and for one elsewhere that takes over. What is said while it goes may be lost. */
function save(): void {
  clearTimeout(saveTimer);
  const saved = view.save();
  host.saveState(saved);
  host.post({ type: "saveView", view: saved });
}

function saveSoon(): void {
  clearTimeout(saveTimer);
  saveTimer = setTimeout(save, savePauseMs);
}

const actions: PanelActions = {
  post: (message) => {
    host.post(message);
    store.anticipate(message);
    // The answer is worth more than the list that was in its place.
    if (message.type === "ask") view.sessionsShown = false;
    loop.request();
  },
  failed,
  announce: (sentence) => {
    spoken = { sentence, count: spoken.count + 1 };
    loop.request();
  },
  setDraft: (text) => {
    view.draft = text;
    saveSoon();
    loop.request();
  },
  changeReferences: (change) => {
    view.references = change(view.references);
    saveSoon();
    loop.request();
  },
  ask: (text) => {
    const references = [...view.references];
    view.references = [];
    saveSoon();
    actions.post({ type: "ask", text, references });
  },
  toggleThought: (turnId) => {
    const chrome = store.chrome;
    if (!chrome) return;
    const live = store.running?.id === turnId && store.running.head.status === "thinking";
    const open = !isThoughtOpen(turnId, live, chrome.thinkingCollapsed, view);
    view.setThought(turnId, open);
    // What the user does with a thought under way is taken as his wish for the next ones.
    if (live) actions.post({ type: "setThinkingCollapsed", value: !open });
    save();
    loop.request();
  },
  toggleStats: (turnId) => {
    view.toggleStats(turnId);
    save();
    loop.request();
  },
  setEditing: (editing) => {
    view.editing = editing;
    saveSoon();
    loop.request();
  },
  showSessions: (shown) => {
    view.sessionsShown = shown;
    if (shown) host.post({ type: "listSessions" });
    // Back in the conversation the next thing is a question.
    else focusRequests++;
    save();
    loop.request();
  },
  setPlace: (place) => {
    view.place = place;
    saveSoon();
  },
};

host.onMessage((message) => {
  if (message.type === "state") clearTimeout(askTimer);
  store.receive(message);
  if (store.chrome) view.enter(store.chrome.conversationId);
  // What is scrolled to must be there, and what comes above it later would move it.
  if ((message.type === "state" || message.type === "view") && view.place !== null) store.history.all();
  loop.request();
});
// Here and not among the editor's key bindings: VS Code does not count a view with a page in it as focused.
document.addEventListener("keydown", (event) => {
  const { running } = store;
  if (event.isComposing) return;
  // With the focus nowhere, as after a click beside the rows, Escape is still that of the list which is on screen.
  if (event.key === "Escape" && view.sessionsShown && event.target === document.body)
    return actions.showSessions(false);
  if (!running) return;
  if (event.key === "Escape") host.post({ type: "stop" });
  if (event.key === "Enter" && event.altKey && running.head.status === "thinking") host.post({ type: "answerNow" });
});
window.addEventListener("pagehide", save);
// Whoever hides the panel leaves it first. Before it has a state there is nothing of its own to keep.
window.addEventListener("blur", () => {
  if (store.chrome) save();
});
window.addEventListener("error", ({ error, message }) => failed(error ?? message));
window.addEventListener("unhandledrejection", ({ reason }) => failed(reason));
ready();
if (view.sessionsShown) host.post({ type: "listSessions" });
