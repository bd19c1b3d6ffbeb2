/**
 * What the user did to the view itself: opened thoughts and figures, scroll place, the text being typed. Kept by
 * VS Code while the panel is hidden or moved; nothing here is needed to rebuild the conversation.
 */

export interface SavedView {
  conversationId: string;
  draft: string;
  /** Thoughts that the user opened (true) or closed (false) himself, by turn. */
  thoughts: Record<string, boolean>;
  /** Turns whose figures are open. */
  openStats: string[];
  /** Pixels from the top; null when at the end. */
  scrollTop: number | null;
}

export class ViewState {
  conversationId = "";
  draft = "";
  scrollTop: number | null = null;
  readonly #thoughts = new Map<string, boolean>();
  readonly #openStats = new Set<string>();

  /** Takes over what an earlier panel saved; anything that is not of the expected form is left out. */
  constructor(saved: unknown) {
    if (typeof saved !== "object" || saved === null) return;
    const view = saved as Partial<Record<keyof SavedView, unknown>>;
    if (typeof view.conversationId === "string") this.conversationId = view.conversationId;
    if (typeof view.draft === "string") this.draft = view.draft;
    if (typeof view.scrollTop === "number") this.scrollTop = view.scrollTop;
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
      scrollTop: this.scrollTop,
    };
  }

  /** Another conversation is shown: forgets what belonged to the turns of the one before. */
  enter(conversationId: string): void {
    if (this.conversationId === conversationId) return;
    this.conversationId = conversationId;
    this.scrollTop = null;
    this.#thoughts.clear();
    this.#openStats.clear();
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
