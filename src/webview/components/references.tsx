/** What goes with the question: chips that are removed by a click or a key, and the list that "#" opens. */
import type { Reference } from "../../common/panel.ts";
import { referenceKey, referenceName } from "../mentions.ts";
import { Icon, type IconName } from "./icons.tsx";

export function ReferenceChip({ reference, onRemove }: { reference: Reference; onRemove(): void }) {
  const { short, full } = referenceName(reference);
  return (
    <button
      type="button"
      class="chip"
      title={`${full} goes with the question. Click to leave it out.`}
      aria-label={`Leave out ${full}`}
      onClick={onRemove}
      onKeyDown={(event) => {
        if (event.key === "Delete" || event.key === "Backspace") onRemove();
      }}
    >
      <Icon name={iconOf(reference)} />
      <span class="chip-name">{short}</span>
      <Icon name="close" />
    </button>
  );
}

interface MentionListProps {
  id: string;
  references: readonly Reference[];
  /** Place of the one that Enter takes. */
  active: number;
  onChoose(reference: Reference): void;
}

/** The keys stay with the input, which names the active row for a screen reader. */
export function MentionList({ id, references, active, onChoose }: MentionListProps) {
  return (
    <div id={id} class="mentions" role="listbox" aria-label="What goes with the question">
      {references.map((reference, index) => {
        const { short, full } = referenceName(reference);
        return (
          // biome-ignore lint/a11y/useFocusableInteractive: the input keeps the focus and names the active row
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input has the keys
          <div
            key={referenceKey(reference)}
            id={mentionId(id, index)}
            role="option"
            aria-selected={index === active}
            class="mention"
            // A press would take the focus from the input.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onChoose(reference)}
          >
            <Icon name={iconOf(reference)} />
            <span class="mention-name">{short}</span>
            <span class="mention-place">{full}</span>
          </div>
        );
      })}
    </div>
  );
}

export function mentionId(listId: string, index: number): string {
  return `${listId}-${index}`;
}

function iconOf({ kind }: Reference): IconName {
  switch (kind) {
    case "file":
      return "file";
    case "symbol":
      return "insert";
    case "problems":
      return "warning";
    case "changes":
      return "diff";
  }
}
