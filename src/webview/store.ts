/**
 * The panel's copy of the host's state. Messages change it at once and cheaply; parsing and drawing wait for the next
 * frame. A message about a turn that is not here means that something was missed: then the whole state is asked for.
 */
import type {
  AssistantTurn,
  CodeColors,
  EditedQuestion,
  FromPanel,
  PanelState,
  Reference,
  SavedView,
  SessionSummary,
  ToPanel,
  UserTurn,
} from "../common/panel.ts";
import { History } from "./history.ts";
import { withMore } from "./references.ts";
import type { FoundSessions } from "./sessions.ts";
import { AssistantTurnModel } from "./turnModel.ts";
import { announcement } from "./wording.ts";

/** The state without the turns. */
export type Chrome = Omit<PanelState, "turns">;
export type TurnModel = UserTurn | AssistantTurnModel;

export interface StoreEvents {
  /** The whole state is needed. */
  onLost(): void;
  announce(sentence: string): void;
  focusInput(text: string | undefined, references: readonly Reference[]): void;
  editQuestion(editing: EditedQuestion): void;
  showSessions(): void;
  takeOver(view: SavedView): void;
  recolor(colors: CodeColors): void;
}

export class PanelStore {
  chrome: Chrome | null = null;
  turns: readonly TurnModel[] = [];
  /** The last question was being answered when a whole state came; the answer may have failed before the next frame. */
  asked = false;
  /** All conversations; null until they were asked for. */
  sessions: readonly SessionSummary[] | null = null;
  /** The conversation that was deleted last and can be brought back. */
  undoable: string | null = null;
  /** What the host found in whole conversations; null before it was asked. */
  sessionsFound: FoundSessions | null = null;
  /** What the host found for the last "#". */
  found: readonly Reference[] = [];
  /** How much of the turns is drawn. */
  readonly history = new History();
  readonly #events: StoreEvents;
  /** What stood behind "#" and is not answered yet, in the order in which the host was asked. */
  #asked: readonly string[] = [];
  #lost = false;

  constructor(events: StoreEvents) {
    this.#events = events;
  }

  receive(message: ToPanel): void {
    switch (message.type) {
      case "state":
        this.#setState(message.state);
        return;
      case "append":
        this.#assistant(message.turnId)?.append(message.tokens, message.live, message.thinkingMs);
        return;
      case "turn": {
        const turn = this.#assistant(message.turn.id);
        if (!turn) return;
        const sentence = announcement(turn.head, message.turn);
        turn.setHead(message.turn);
        if (sentence) this.#events.announce(sentence);
        return;
      }
      case "engine":
        this.#change({ engine: message.engine });
        return;
      case "download":
        this.#change({ download: message.download });
        return;
      case "selection":
        this.#change({ selection: message.selection });
        return;
      case "codeColors":
        this.#events.recolor(message.colors);
        return;
      case "completions":
        this.#find(message.query, message.references);
        return;
      case "view":
        this.#events.takeOver(message.view);
        return;
      case "sessions":
        this.sessions = message.sessions;
        this.undoable = message.undoable;
        return;
      case "sessionsFound":
        this.sessionsFound = message;
        return;
      case "showSessions":
        this.#events.showSessions();
        return;
      case "focusInput":
        this.#events.focusInput(message.text, message.references);
        return;
      case "editQuestion":
        this.#events.editQuestion(message.editing);
        return;
    }
  }

  /** Shows a choice that the user made here at once; the host keeps it and may send another. */
  anticipate(message: FromPanel): void {
    switch (message.type) {
      case "setEffort":
        this.#change({ effort: message.effort });
        return;
      case "setShowOrigins":
        this.#change({ showOrigins: message.value });
        return;
      case "setThinkingCollapsed":
        this.#change({ thinkingCollapsed: message.value });
        return;
      case "setAttachSelection":
        this.#change({ attachSelection: message.value });
        return;
      case "complete":
        this.#asked = [...this.#asked, message.query];
        return;
      default:
        return;
    }
  }

  /** The one turn that is being answered: the last, or an earlier one that is carried on. */
  get running(): AssistantTurnModel | null {
    return this.turns.find((turn): turn is AssistantTurnModel => turn.role === "assistant" && turn.running) ?? null;
  }

  /** The id of the question that is asked last in what is shown. */
  get lastQuestion(): string | undefined {
    return this.turns.findLast((turn) => turn.role === "user")?.id;
  }

  /** The turns that are drawn. */
  get drawn(): readonly TurnModel[] {
    return this.turns.slice(this.history.first);
  }

  /** Brings the turns up to date that are drawn; true when another frame is wanted. */
  beforeFrame(now: number): boolean {
    let again = false;
    for (const turn of this.drawn) if (turn.role === "assistant" && turn.beforeFrame(now)) again = true;
    return again;
  }

  /**
   * One letter may take the host longer than the whole name. What was found for it later must not take the name's place,
   * nor what another page asked for, which hears the same messages.
   */
  #find(query: string, references: readonly Reference[]): void {
    const place = this.#asked.indexOf(query);
    if (place < 0) return;
    this.#asked = this.#asked.slice(place + 1);
    // What an earlier word found is not all that the present one does: what is on offer stays until its own answer is there.
    this.found = this.#asked.length > 0 ? withMore(references, this.found) : references;
  }

  #setState({ turns, ...chrome }: PanelState): void {
    this.#lost = false;
    if (this.chrome?.conversationId === chrome.conversationId) this.history.resize(turns.length);
    else this.history.open(turns.length);
    this.chrome = chrome;
    const before = this.lastQuestion;
    const known = new Map<string, AssistantTurnModel>();
    for (const turn of this.turns) if (turn.role === "assistant") known.set(turn.id, turn);
    this.turns = turns.map((turn) => (turn.role === "user" ? turn : this.#adopt(known.get(turn.id), turn)));
    const last = this.turns.at(-1);
    if (this.lastQuestion !== before) this.asked = false;
    this.asked ||= last?.role === "assistant" && last.running;
  }

  #adopt(known: AssistantTurnModel | undefined, turn: AssistantTurn): AssistantTurnModel {
    const sentence = known ? announcement(known.head, turn) : null;
    if (sentence) this.#events.announce(sentence);
    return known?.adopt(turn) ? known : new AssistantTurnModel(turn);
  }

  #change(part: Partial<Chrome>): void {
    if (this.chrome) this.chrome = { ...this.chrome, ...part };
    else this.#lose();
  }

  #assistant(id: string): AssistantTurnModel | null {
    const turn = this.turns.findLast((candidate) => candidate.id === id);
    if (turn?.role === "assistant") return turn;
    this.#lose();
    return null;
  }

  #lose(): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#events.onLost();
  }
}
