/** Where questions are written: the text, what goes with it, effort and model, and Send or Stop. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { type Effort, efforts, type Reference } from "../../common/panel.ts";
import { droppedFiles, referenceKey, referenceName } from "../mentions.ts";
import { usePanel } from "../panelContext.ts";
import type { Chrome } from "../store.ts";
import { attachmentName, effortLabel } from "../wording.ts";
import { ContextMeter, type ContextUse } from "./contextMeter.tsx";
import { Icon } from "./icons.tsx";
import { MentionList, mentionId, ReferenceChip } from "./references.tsx";
import { useMentions } from "./useMentions.ts";

const mentionsId = "mentions";

interface ComposerProps {
  chrome: Chrome;
  draft: string;
  /** What goes with the question beside the selection. */
  references: readonly Reference[];
  /** What the host found for the "#" under way. */
  found: readonly Reference[];
  running: boolean;
  context: ContextUse | null;
  /** Counts requests to move the focus here. */
  focusRequests: number;
}

export function Composer({ chrome, draft, references, found, running, context, focusRequests }: ComposerProps) {
  const { post, announce, setDraft, setReferences } = usePanel();
  const input = useRef<HTMLTextAreaElement>(null);
  const caretAt = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (focusRequests > 0) input.current?.focus();
  }, [focusRequests]);

  const ready = chrome.model.installed;
  const canSend = ready && !running && draft.trim() !== "";
  const send = () => {
    // What was typed since the last frame is in the field and not yet in `draft`.
    const text = (input.current?.value ?? draft).trim();
    if (!ready || running || text === "") return;
    post({ type: "ask", text, references: [...references] });
    setDraft("");
    setReferences([]);
  };
  const add = (added: readonly Reference[]) => {
    const known = new Set(references.map(referenceKey));
    setReferences([...references, ...added.filter((reference) => !known.has(referenceKey(reference)))]);
    announce(`Added ${added.map((reference) => referenceName(reference).short).join(", ")}.`);
  };
  const remove = (reference: Reference) => {
    setReferences(references.filter((candidate) => candidate !== reference));
    announce(`Left out ${referenceName(reference).short}.`);
    input.current?.focus();
  };
  const mentions = useMentions({
    input,
    taken: references,
    found,
    onChoose: (reference, text, caret) => {
      setDraft(text);
      add([reference]);
      // The text is drawn with the next frame, and the caret would go to its end.
      caretAt.current = caret;
    },
  });
  useLayoutEffect(() => {
    if (caretAt.current === null) return;
    input.current?.setSelectionRange(caretAt.current, caretAt.current);
    caretAt.current = null;
  }, [draft]);
  const offers = mentions.references.length > 0;
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onDragOver={(event) => {
        if (event.dataTransfer?.types.includes("text/uri-list")) event.preventDefault();
      }}
      onDrop={(event) => {
        const files = droppedFiles(event.dataTransfer?.getData("text/uri-list") ?? "");
        if (files.length === 0) return;
        event.preventDefault();
        add(files);
      }}
    >
      {(chrome.selection || references.length > 0) && (
        <div class="chips">
          <SelectionChip chrome={chrome} />
          {references.map((reference) => (
            <ReferenceChip key={referenceKey(reference)} reference={reference} onRemove={() => remove(reference)} />
          ))}
        </div>
      )}
      {offers && (
        <MentionList
          id={mentionsId}
          references={mentions.references}
          active={mentions.active}
          onChoose={mentions.choose}
        />
      )}
      <textarea
        ref={input}
        rows={2}
        value={draft}
        aria-label="Question"
        placeholder={ready ? "Ask about your code; # adds files and more" : "Download a model to begin"}
        aria-autocomplete="list"
        aria-controls={offers ? mentionsId : undefined}
        aria-activedescendant={offers ? mentionId(mentionsId, mentions.active) : undefined}
        onInput={(event) => {
          setDraft(event.currentTarget.value);
          mentions.changed();
        }}
        onKeyDown={(event) => {
          if (mentions.onKey(event)) {
            event.preventDefault();
            // Escape closes the list and must not stop the answer.
            event.stopPropagation();
            return;
          }
          const last = references.at(-1);
          if (event.key === "Backspace" && draft === "" && last) remove(last);
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          send();
        }}
      />
      <div class="composer-bar">
        <EffortPicker effort={chrome.effort} />
        <button
          type="button"
          class="picker"
          title={`Model: ${chrome.model.name}. Choose another.`}
          aria-label={`Model: ${chrome.model.name}. Choose another.`}
          onClick={() => post({ type: "selectModel" })}
        >
          <span class="picker-text">{chrome.model.name}</span>
          <Icon name="chevronDown" />
        </button>
        <span class="composer-end">
          {context && <ContextMeter use={context} />}
          {running ? (
            // Keys: as one element, Stop would stay disabled where Send was.
            <button
              key="stop"
              type="button"
              class="icon-button icon-button-primary"
              title="Stop (Escape)"
              aria-label="Stop"
              onClick={() => post({ type: "stop" })}
            >
              <Icon name="stop" />
            </button>
          ) : (
            <button
              key="send"
              type="submit"
              class="icon-button icon-button-primary"
              title={ready ? "Send (Enter)" : "Download a model first"}
              aria-label="Send"
              disabled={!canSend}
            >
              <Icon name="arrowUp" />
            </button>
          )}
        </span>
      </div>
    </form>
  );
}

/** The editor's selection, and whether it goes with the question. */
function SelectionChip({ chrome }: { chrome: Chrome }) {
  const { post } = usePanel();
  if (!chrome.selection) return null;
  const name = attachmentName(chrome.selection);
  const on = chrome.attachSelection;
  return (
    <button
      type="button"
      class="chip"
      aria-pressed={on}
      aria-label={`Send the selection ${name.full} along`}
      title={on ? `${name.full} goes with the question. Click to leave it out.` : `Click to send ${name.full} along.`}
      onClick={() => post({ type: "setAttachSelection", value: !on })}
    >
      <Icon name={on ? "check" : "file"} />
      <span class="chip-name">{name.short}</span>
    </button>
  );
}

function EffortPicker({ effort }: { effort: Effort }) {
  const { post } = usePanel();
  return (
    <span class="picker picker-select">
      <Icon name="thought" />
      <select
        aria-label="Thinking effort"
        title="Thinking effort"
        value={effort}
        onChange={(event) => {
          const chosen = efforts.find((candidate) => candidate === event.currentTarget.value);
          if (chosen) post({ type: "setEffort", effort: chosen });
        }}
      >
        {efforts.map((candidate) => (
          <option key={candidate} value={candidate}>
            {effortLabel(candidate)}
          </option>
        ))}
      </select>
      <Icon name="chevronDown" />
    </span>
  );
}
