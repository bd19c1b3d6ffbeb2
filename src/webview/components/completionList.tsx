/** The list that "#" and "/" open over the input. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../../common/l10n.ts";
import { type Offer, offerKey, offerName } from "../completion.ts";
import { Icon } from "./icons.tsx";
import { offerIcon } from "./referenceChips.tsx";

interface CompletionListProps {
  id: string;
  offers: readonly Offer[];
  /** Place of the one that Enter takes. */
  active: number;
  onChoose(offer: Offer): void;
}

/** The keys stay with the input, which names the active row for a screen reader. */
export function CompletionList({ id, offers, active, onChoose }: CompletionListProps) {
  const row = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => row.current?.scrollIntoView({ block: "nearest" }), [active]);
  return (
    <div id={id} class="completions" role="listbox" aria-label={t("What may be added to the question")}>
      {offers.map((offer, index) => {
        const { short, full } = offerName(offer);
        return (
          <button
            type="button"
            tabIndex={-1}
            key={offerKey(offer)}
            ref={index === active ? row : undefined}
            id={completionId(id, index)}
            role="option"
            aria-selected={index === active}
            class="completion"
            // A press would take the focus from the input.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onChoose(offer)}
          >
            <Icon name={offerIcon(offer)} />
            <span class="completion-name">{short}</span>
            <span class="completion-place">{full}</span>
          </button>
        );
      })}
    </div>
  );
}

export function completionId(listId: string, index: number): string {
  return `${listId}-${index}`;
}
