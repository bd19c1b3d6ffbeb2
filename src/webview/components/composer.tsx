/** Where questions are written: the text, what goes with it, effort and model, and Send or Stop. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { type Effort, efforts } from "../../common/panel.ts";
import { usePanel } from "../panelContext.ts";
import type { Chrome } from "../store.ts";
import { attachmentName, effortLabel } from "../wording.ts";
import { ContextMeter, type ContextUse } from "./contextMeter.tsx";
import { Icon } from "./icons.tsx";

interface ComposerProps {
  chrome: Chrome;
  draft: string;
  running: boolean;
  context: ContextUse | null;
  /** Counts requests to move the focus here. */
  focusRequests: number;
}

export function Composer({ chrome, draft, running, context, focusRequests }: ComposerProps) {
  const { post, setDraft } = usePanel();
  const input = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    if (focusRequests > 0) input.current?.focus();
  }, [focusRequests]);

  const ready = chrome.model.installed;
  const canSend = ready && !running && draft.trim() !== "";
  const send = () => {
    // What was typed since the last frame is in the field and not yet in `draft`.
    const text = (input.current?.value ?? draft).trim();
    if (!ready || running || text === "") return;
    post({ type: "ask", text });
    setDraft("");
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <SelectionChip chrome={chrome} />
      <textarea
        ref={input}
        rows={2}
        value={draft}
        aria-label="Question"
        placeholder={ready ? "Ask about your code" : "Download a model to begin"}
        onInput={(event) => setDraft(event.currentTarget.value)}
        onKeyDown={(event) => {
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
    <div class="chips">
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
    </div>
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
