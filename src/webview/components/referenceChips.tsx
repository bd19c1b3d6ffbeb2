/** What goes with the question being typed: chips that are removed by a click or a key. */
import { t } from "../../common/l10n.ts";
import type { Reference } from "../../common/panel.ts";
import type { Offer } from "../completion.ts";
import { usePanel } from "../panelContext.ts";
import { referenceKey, referenceName } from "../references.ts";
import type { Chrome } from "../store.ts";
import { attachmentName, chipTexts } from "../wording.ts";
import { Icon, type IconName } from "./icons.tsx";

interface ReferenceChipsProps {
  chrome: Chrome;
  references: readonly Reference[];
  onRemove(reference: Reference): void;
}

export function ReferenceChips({ chrome, references, onRemove }: ReferenceChipsProps) {
  const { selection } = chrome;
  if (!selection && references.length === 0) return null;
  const names = [...(selection ? [attachmentName(selection)] : []), ...references.map(referenceName)];
  const texts = chipTexts(names);
  const first = selection ? 1 : 0;
  return (
    <div class="chips">
      <SelectionChip chrome={chrome} text={texts[0] ?? ""} />
      {references.map((reference, index) => (
        <ReferenceChip
          key={referenceKey(reference)}
          reference={reference}
          text={texts[first + index] ?? ""}
          onRemove={() => onRemove(reference)}
        />
      ))}
    </div>
  );
}

/** The editor's selection, and whether it goes with the question. */
function SelectionChip({ chrome, text }: { chrome: Chrome; text: string }) {
  const { post } = usePanel();
  if (!chrome.selection) return null;
  const name = attachmentName(chrome.selection);
  const on = chrome.attachSelection;
  return (
    <button
      type="button"
      class="chip"
      aria-pressed={on}
      aria-label={t("Send the selection {0} along", name.full)}
      title={
        on
          ? t("{0} goes with the question. Click to leave it out.", name.full)
          : t("Click to send {0} along.", name.full)
      }
      onClick={() => post({ type: "setAttachSelection", value: !on })}
    >
      <Icon name={on ? "check" : "file"} />
      <span class="chip-name">{text}</span>
    </button>
  );
}

interface ReferenceChipProps {
  reference: Reference;
  text: string;
  onRemove(): void;
}

function ReferenceChip({ reference, text, onRemove }: ReferenceChipProps) {
  const { full } = referenceName(reference);
  return (
    <button
      type="button"
      class="chip"
      title={t("{0} goes with the question. Click to leave it out.", full)}
      aria-label={t("Leave out {0}", full)}
      onClick={onRemove}
      onKeyDown={(event) => {
        if (event.key !== "Delete" && event.key !== "Backspace") return;
        // The input, which gets the focus, would take the key for its own text.
        event.preventDefault();
        onRemove();
      }}
    >
      <Icon name={offerIcon(reference)} />
      <span class="chip-name">{text}</span>
      <Icon name="close" />
    </button>
  );
}

export function offerIcon({ kind }: Offer): IconName {
  switch (kind) {
    case "file":
      return "file";
    case "selection":
      return "check";
    case "symbol":
      return "braces";
    case "text":
      return "copy";
    case "problems":
      return "warning";
    case "changes":
      return "diff";
    case "command":
      return "forward";
  }
}
