/**
 * The completion of an input: what is offered, which row is active, and the keys that walk and take it. Its state is
 * not the component's: that would draw the input before the text typed last has come around, and take it away again.
 */
import type { RefObject } from "preact";
import { useRef } from "preact/hooks";
import { type Completion, completionAt, type Offer, type OfferSources, offered, taken } from "../completion.ts";
import { usePanel } from "../panelContext.ts";

export interface InputCompletion {
  /** Empty while nothing is offered. */
  offers: Offer[];
  /** Place of the row that Enter takes. */
  active: number;
  choose(offer: Offer): void;
  /** The text or the caret is another now; the next frame shows what fits. */
  changed(): void;
  /** True when the key was taken. */
  onKey(event: KeyboardEvent): boolean;
}

export interface CompletionOptions extends OfferSources {
  input: RefObject<HTMLTextAreaElement | null>;
  /** An offer was taken; the text is without its query already. */
  onChoose(offer: Offer): void;
}

export function useCompletion({ input, onChoose, ...sources }: CompletionOptions): InputCompletion {
  const { post, setDraft } = usePanel();
  const state = useRef<{ completion: Completion | null; active: number }>({ completion: null, active: 0 });
  const currentOffers = () => (state.current.completion ? offered(state.current.completion, sources) : []);
  const activeRow = (count: number) => Math.min(state.current.active, Math.max(0, count - 1));

  const choose = (offer: Offer) => {
    const { completion } = state.current;
    const field = input.current;
    if (!completion || !field) return;
    const { text, caret } = taken(field.value, completion, offer);
    state.current = { completion: null, active: 0 };
    // At once, and not with the next frame: the next key may come before it.
    field.value = text;
    field.setSelectionRange(caret, caret);
    setDraft(text);
    onChoose(offer);
  };
  const onKey = (event: KeyboardEvent): boolean => {
    const offers = currentOffers();
    const active = activeRow(offers.length);
    const chosen = offers[active];
    if (!chosen || event.isComposing || event.shiftKey) return false;
    switch (event.key) {
      case "ArrowDown":
        state.current.active = (active + 1) % offers.length;
        break;
      case "ArrowUp":
        state.current.active = (active + offers.length - 1) % offers.length;
        break;
      case "Enter":
      case "Tab":
        choose(chosen);
        return true;
      case "Escape":
        state.current.completion = null;
        break;
      default:
        return false;
    }
    setDraft(input.current?.value ?? "");
    return true;
  };
  const changed = () => {
    const before = state.current.completion?.query;
    const completion = input.current && completionAt(input.current.value, input.current.selectionEnd);
    state.current = { completion, active: 0 };
    if (completion?.sign === "#" && completion.query !== before) post({ type: "complete", query: completion.query });
  };
  const offers = currentOffers();
  return { offers, active: activeRow(offers.length), choose, changed, onKey };
}
