/**
 * Looks after a webview that is shown and whose page does not come to life: VS Code may lose what it is made of (a
 * script whose request fails or runs out of time), and such a page would stay blank for ever.
 */

/** A page on a slow remote needs some seconds; the next loading is given twice as long. */
export const firstPatienceMs = 15_000;
const loadings = 3;

export interface PageWatchEvents {
  /** To be loaded anew. */
  reload(): void;
  /** It was loaded several times, and never came. */
  giveUp(): void;
}

export class PageWatch {
  readonly #events: PageWatchEvents;
  #timer: NodeJS.Timeout | undefined;

  constructor(events: PageWatchEvents) {
    this.#events = events;
  }

  /** VS Code loads the page: the view is shown. */
  loading(): void {
    this.#wait(1);
  }

  /** The page is there, or no longer meant to be. */
  rest(): void {
    clearTimeout(this.#timer);
  }

  #wait(loading: number): void {
    this.rest();
    this.#timer = setTimeout(
      () => {
        if (loading === loadings) {
          this.#events.giveUp();
          return;
        }
        this.#events.reload();
        this.#wait(loading + 1);
      },
      firstPatienceMs * 2 ** (loading - 1),
    );
  }
}
