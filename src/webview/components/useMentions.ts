/**
 * The "#" completion of an input: what is offered, which row is active, and the keys that walk and take it. Its state is
 * not the component's: that would draw the input before the text typed last has come around, and take it away again.
 */
import type { RefObject } from "preact";
import { useRef } from "preact/hooks";
import type { Reference } from "../../common/panel.ts";
import { type Mention, mentionAt, offered, withoutMention } from "../mentions.ts";
import { usePanel } from "../panelContext.ts";

export interface Mentions {
  /** Empty while nothing is offered. */
  references: Reference[];
  active: number;
  choose(reference: Reference): void;
  /** The text or the caret is another now; the next frame shows what fits. */
  changed(): void;
  /** True when the key was taken. */
  onKey(event: KeyboardEvent): boolean;
}

export interface MentionOptions {
  input: RefObject<HTMLTextAreaElement>;
  taken: readonly Reference[];
  /** What the host found last. */
  found: readonly Reference[];
  /** Takes a reference, and the text without its mention. */
  onChoose(reference: Reference, text: string, caret: number): void;
}

export function useMentions({ input, taken, found, onChoose }: MentionOptions): Mentions {
  const { post, setDraft } = usePanel();
  const state = useRef<{ mention: Mention | null; active: number }>({ mention: null, active: 0 });
  const offers = () => (state.current.mention ? offered(state.current.mention.query, found, taken) : []);
  const row = (count: number) => Math.min(state.current.active, Math.max(0, count - 1));
  const redraw = () => setDraft(input.current?.value ?? "");

  const choose = (reference: Reference) => {
    const { mention } = state.current;
    if (!mention || !input.current) return;
    const { text, caret } = withoutMention(input.current.value, mention);
    state.current = { mention: null, active: 0 };
    onChoose(reference, text, caret);
  };
  const onKey = (event: KeyboardEvent): boolean => {
    const references = offers();
    const active = row(references.length);
    const chosen = references[active];
    if (!chosen || event.isComposing) return false;
    switch (event.key) {
      case "ArrowDown":
        state.current.active = (active + 1) % references.length;
        break;
      case "ArrowUp":
        state.current.active = (active + references.length - 1) % references.length;
        break;
      case "Enter":
      case "Tab":
        choose(chosen);
        return true;
      case "Escape":
        state.current.mention = null;
        break;
      default:
        return false;
    }
    redraw();
    return true;
  };
  const changed = () => {
    const before = state.current.mention?.query;
    const mention = input.current && mentionAt(input.current.value, input.current.selectionEnd);
    state.current = { mention, active: 0 };
    if (mention && mention.query !== before) post({ type: "complete", query: mention.query });
  };
  const references = offers();
  return { references, active: row(references.length), choose, changed, onKey };
}
