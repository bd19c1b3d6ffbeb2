/** The thoughts that were written beside the one that was chosen: a folded list, each with what it came to. */
import { t } from "../../common/l10n.ts";
import { othersOf } from "../../common/panel.ts";
import type { OtherThought } from "../../common/protocol.ts";
import { usePanel } from "../panelContext.ts";
import { otherSummary, othersSummary } from "../wording.ts";
import { Icon } from "./icons.tsx";
import { Scrolled } from "./scrolled.tsx";

interface OtherThoughtsProps {
  turnId: string;
  others: readonly OtherThought[];
  open: boolean;
}

export function OtherThoughts({ turnId, others, open }: OtherThoughtsProps) {
  const { toggleThought } = usePanel();
  const bodyId = `others-${turnId}`;
  return (
    <section class="thinking" aria-label={t("Other thoughts")}>
      <button
        type="button"
        class="disclosure"
        aria-expanded={open}
        aria-controls={bodyId}
        onClick={() => toggleThought(othersOf(turnId))}
      >
        <Icon name={open ? "chevronDown" : "chevronRight"} />
        <span>{othersSummary(others)}</span>
      </button>
      {/* In the page even when closed, so that the button names something. */}
      <ul id={bodyId} class="other-thoughts" hidden={!open}>
        {open &&
          others.map((other, index) => (
            <li key={index}>
              <details>
                <summary>{otherSummary(other)}</summary>
                <Scrolled class="thought">
                  <div class="text-chunk">{other.text}</div>
                </Scrolled>
              </details>
            </li>
          ))}
      </ul>
    </section>
  );
}
