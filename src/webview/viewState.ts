/**
 * What the user did to the view itself: opened thoughts and figures, scroll place, the text being typed. Kept by
 * VS Code while the panel is hidden or moved; nothing here is needed to rebuild the conversation.
 */
import type { EditedQuestion, Reference, SavedView, TurnPlace } from "../common/panel.ts";
import { withMore } from "./references.ts";

export class ViewState {
  conversationId = "";
  draft = "";
  place: TurnPlace | null = null;
  /** How many times it was taken over: what scrolls begins anew with each. */
  restores = 0;
  sessionsShown = false;
  editing: EditedQuestion | null = null;
  references: readonly Reference[] = [];
  readonly #thoughts = new Map<string, boolean>();
  readonly #openStats = new Set<string>();

  constructor(saved: unknown) {
    this.restore(saved);
  }

  /** Takes over what an earlier panel saved; anything that is not of the expected form is left out. */
  restore(saved: unknown): void {
    if (typeof saved !== "object" || saved === null) return;
    this.restores++;
    const view = saved as Partial<Record<keyof SavedView, unknown>>;
    if (typeof view.conversationId === "string") this.conversationId = view.conversationId;
    if (typeof view.draft === "string") this.draft = view.draft;
    if (isPlace(view.place)) this.place = { turnId: view.place.turnId, offset: view.place.offset };
    if (isEdited(view.editing)) this.editing = { turnId: view.editing.turnId, text: view.editing.text };
    if (Array.isArray(view.references)) this.references = view.references.filter(isReference);
    this.sessionsShown = view.sessionsShown === true;
    if (typeof view.thoughts === "object" && view.thoughts !== null)
      for (const [id, open] of Object.entries(view.thoughts))
        if (typeof open === "boolean") this.#thoughts.set(id, open);
    if (Array.isArray(view.openStats))
      for (const id of view.openStats) if (typeof id === "string") this.#openStats.add(id);
  }

  save(): SavedView {
    return {
      conversationId: this.conversationId,
      draft: this.draft,
      thoughts: Object.fromEntries(this.#thoughts),
      openStats: [...this.#openStats],
      place: this.place,
      sessionsShown: this.sessionsShown,
      editing: this.editing,
      references: [...this.references],
    };
  }

  /** Another conversation is shown: forgets what belonged to the turns of the one before. */
  enter(conversationId: string): void {
    if (this.conversationId === conversationId) return;
    this.conversationId = conversationId;
    this.place = null;
    this.editing = null;
    this.#thoughts.clear();
    this.#openStats.clear();
  }

  /** A question that could not be asked comes back, in front of what is being typed by now. */
  giveBack(text: string, references: readonly Reference[]): void {
    this.draft = this.draft.trim() === "" ? text : `${text}\n\n${this.draft}`;
    this.references = withMore(references, this.references);
  }

  /** The user's choice for this thought; undefined when he made none. */
  thought(turnId: string): boolean | undefined {
    return this.#thoughts.get(turnId);
  }

  setThought(turnId: string, open: boolean): void {
    this.#thoughts.set(turnId, open);
  }

  statsOpen(turnId: string): boolean {
    return this.#openStats.has(turnId);
  }

  toggleStats(turnId: string): void {
    if (!this.#openStats.delete(turnId)) this.#openStats.add(turnId);
  }
}

function isEdited(value: unknown): value is EditedQuestion {
  const edited = value as Partial<EditedQuestion> | null | undefined;
  return typeof edited?.turnId === "string" && typeof edited.text === "string";
}

function isPlace(value: unknown): value is TurnPlace {
  const place = value as Partial<TurnPlace> | null | undefined;
  return typeof place?.turnId === "string" && typeof place.offset === "number";
}

function isReference(value: unknown): value is Reference {
  const reference = value as Partial<Record<string, unknown>> | null | undefined;
  switch (reference?.kind as Reference["kind"] | undefined) {
    case "problems":
    case "changes":
      return true;
    case "file":
      return hasStrings(reference, "uri", "label");
    case "symbol":
      return (
        hasStrings(reference, "uri", "label", "name") &&
        typeof reference?.startLine === "number" &&
        typeof reference.endLine === "number"
      );
    case "text":
      return hasStrings(reference, "label", "languageId", "text");
    case undefined:
      return false;
  }
}

function hasStrings(value: Partial<Record<string, unknown>> | null | undefined, ...keys: string[]): boolean {
  return keys.every((key) => typeof value?.[key] === "string");
}
