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
  /** What is under way is done with, as when the text is sent. */
  close(): void;
  /** True when the key was taken. */
  onKey(event: KeyboardEvent): boolean;
}

export interface CompletionOptions extends OfferSources {
  input: RefObject<HTMLTextAreaElement | null>;
  /** The text that is drawn. */
  draft: string;
  /** An offer was taken; the text is without its query already. */
  onChoose(offer: Offer): void;
}

/** Nothing is under way. */
const none = { completion: null, text: "", active: 0 };

export function useCompletion({ input, draft, onChoose, ...sources }: CompletionOptions): InputCompletion {
  const { post, setDraft } = usePanel();
  const state = useRef<{ completion: Completion | null; text: string; active: number }>(none);
  /** Of another text than the one it was typed in, as one that came back, a completion is nothing. */
  const offersIn = (text: string) => {
    const { completion } = state.current;
    return completion && state.current.text === text ? offered(completion, sources) : [];
  };
  const activeRow = (count: number) => Math.min(state.current.active, Math.max(0, count - 1));

  const close = () => {
    state.current = none;
  };
  const choose = (offer: Offer) => {
    const { completion } = state.current;
    const field = input.current;
    if (!completion || !field) return;
    const { text, caret } = taken(field.value, completion, offer);
    close();
    // At once, and not with the next frame: the next key may come before it.
    field.value = text;
    field.setSelectionRange(caret, caret);
    setDraft(text);
    onChoose(offer);
  };
  const onKey = (event: KeyboardEvent): boolean => {
    const offers = offersIn(input.current?.value ?? "");
    const active = activeRow(offers.length);
    const chosen = offers[active];
    if (!chosen || event.isComposing || event.shiftKey) return false;
    switch (event.key) {
      case "ArrowDown":
        state.current = { ...state.current, active: (active + 1) % offers.length };
        break;
      case "ArrowUp":
        state.current = { ...state.current, active: (active + offers.length - 1) % offers.length };
        break;
      case "Enter":
      case "Tab":
        choose(chosen);
        return true;
      case "Escape":
        close();
        break;
      default:
        return false;
    }
    setDraft(input.current?.value ?? "");
    return true;
  };
  const changed = () => {
    const before = state.current.completion?.query;
    const { value: text, selectionEnd } = input.current ?? { value: "", selectionEnd: 0 };
    const completion = completionAt(text, selectionEnd);
    state.current = { completion, text, active: 0 };
    if (completion?.sign === "#" && completion.query !== before) post({ type: "complete", query: completion.query });
  };
  const offers = offersIn(draft);
  return { offers, active: activeRow(offers.length), choose, changed, close, onKey };
}
