/** What every component may do: tell the host, announce to a screen reader, change the view. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { EditedQuestion, FromPanel, Reference, TurnPlace } from "../common/panel.ts";

export interface PanelActions {
  post(message: FromPanel): void;
  /** Has the log of the extension tell what was thrown here. */
  failed(thrown: unknown): void;
  /** Has a screen reader say a sentence. */
  announce(sentence: string): void;
  setDraft(text: string): void;
  /** Changes what goes with the question being typed: what goes now, and not what was drawn last. */
  changeReferences(change: (references: readonly Reference[]) => readonly Reference[]): void;
  /** Sends a question with all that goes with it now. */
  ask(text: string): void;
  toggleThought(turnId: string): void;
  toggleStats(turnId: string): void;
  /** Begins, goes on with or (null) ends the editing of an earlier question. */
  setEditing(editing: EditedQuestion | null): void;
  showSessions(shown: boolean): void;
  setPlace(place: TurnPlace | null): void;
}

export const PanelContext = createContext<PanelActions | null>(null);

/** The turn that a part of an answer belongs to, whether tokens of it may still come, and whether the model ended it. */
export const TurnContext = createContext({ id: "", running: false, whole: false });

export function usePanel(): PanelActions {
  const actions = useContext(PanelContext);
  if (!actions) throw new Error("usePanel is only for components inside the panel");
  return actions;
}
