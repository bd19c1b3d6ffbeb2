/** The "#" completion of an input: what is offered, which row is active, and the keys that walk and take it. */
import { useEffect, useState } from "preact/hooks";
import type { Reference } from "../../common/panel.ts";
import { type Mention, mentionAt, offered, withoutMention } from "../mentions.ts";
import { usePanel } from "../panelContext.ts";

export interface Mentions {
  /** Empty while nothing is offered. */
  references: Reference[];
  active: number;
  choose(reference: Reference): void;
  /** The text or the caret is another now. */
  changed(input: HTMLTextAreaElement): void;
  /** True when the key was taken. */
  onKey(event: KeyboardEvent): boolean;
}

export interface MentionOptions {
  draft: string;
  taken: readonly Reference[];
  /** What the host found last. */
  found: readonly Reference[];
  /** Takes a reference, and the text without its mention. */
  onChoose(reference: Reference, text: string, caret: number): void;
}

export function useMentions({ draft, taken, found, onChoose }: MentionOptions): Mentions {
  const { post } = usePanel();
  const [mention, setMention] = useState<Mention | null>(null);
  const [active, setActive] = useState(0);
  const query = mention?.query;
  useEffect(() => {
    if (query !== undefined) post({ type: "complete", query });
  }, [query]);

  const references = mention ? offered(mention.query, found, taken) : [];
  const row = Math.min(active, Math.max(0, references.length - 1));
  const choose = (reference: Reference) => {
    if (!mention) return;
    const { text, caret } = withoutMention(draft, mention);
    setMention(null);
    onChoose(reference, text, caret);
  };
  const onKey = (event: KeyboardEvent): boolean => {
    const chosen = references[row];
    if (!chosen || event.isComposing) return false;
    switch (event.key) {
      case "ArrowDown":
        setActive((row + 1) % references.length);
        return true;
      case "ArrowUp":
        setActive((row + references.length - 1) % references.length);
        return true;
      case "Enter":
      case "Tab":
        choose(chosen);
        return true;
      case "Escape":
        setMention(null);
        return true;
      default:
        return false;
    }
  };
  const changed = (input: HTMLTextAreaElement) => {
    setMention(mentionAt(input.value, input.selectionEnd));
    setActive(0);
  };
  return { references, active: row, choose, changed, onKey };
}
