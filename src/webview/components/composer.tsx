/** Where questions are written: the text, what goes with it, effort and model, and Send or Stop. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../../common/l10n.ts";
import { type Effort, efforts, type Reference } from "../../common/panel.ts";
import type { Offer } from "../completion.ts";
import { usePanel } from "../panelContext.ts";
import {
  canDrop,
  filesIn,
  maxTextLength,
  pastedCode,
  pastedFiles,
  referenceName,
  textReference,
  withMore,
} from "../references.ts";
import type { Chrome } from "../store.ts";
import { effortLabel } from "../wording.ts";
import { CompletionList, completionId } from "./completionList.tsx";
import { ContextMeter, type ContextUse } from "./contextMeter.tsx";
import { Icon } from "./icons.tsx";
import { ReferenceChips } from "./referenceChips.tsx";
import { useCompletion } from "./useCompletion.ts";

const completionsId = "completions";

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
  const { post, announce, setDraft, changeReferences, ask } = usePanel();
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
    ask(text);
    completion.close();
    // At once, and not with the next frame: the next key may come before it.
    if (input.current) input.current.value = "";
    setDraft("");
  };
  const add = (added: readonly Reference[]) => {
    if (added.length === 0) return;
    changeReferences((before) => withMore(before, added));
    announce(t("Added {0}.", added.map((reference) => referenceName(reference).short).join(", ")));
  };
  const remove = (reference: Reference) => {
    changeReferences((before) => before.filter((candidate) => candidate !== reference));
    announce(t("Left out {0}.", referenceName(reference).short));
    input.current?.focus();
  };
  const take = (offer: Offer) => {
    switch (offer.kind) {
      case "command":
        return;
      case "selection":
        post({ type: "setAttachSelection", value: true });
        return announce(t("Added the selection."));
      default:
        return add([offer]);
    }
  };
  /** Files of another program: a page learns their text and not their place. */
  const addText = async (files: readonly File[]) => {
    const small = files.filter(({ size }) => size <= maxTextLength);
    const large = files.filter((file) => !small.includes(file)).map(({ name }) => name);
    if (large.length > 0) post({ type: "tooLarge", names: large });
    const read = await Promise.allSettled(small.map(async (file) => textReference(file.name, await file.text())));
    const unreadable = small.filter((_, index) => read[index]?.status === "rejected").map(({ name }) => name);
    if (unreadable.length > 0) post({ type: "unreadable", names: unreadable });
    add(read.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])));
  };
  const completion = useCompletion({
    input,
    draft,
    taken: references,
    found,
    selection: chrome.selection !== null,
    onChoose: take,
  });
  const offering = completion.offers.length > 0;
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onDragOver={(event) => {
        if (event.dataTransfer && canDrop(event.dataTransfer.types)) event.preventDefault();
      }}
      onDrop={(event) => {
        const { dataTransfer } = event;
        if (!dataTransfer || !canDrop(dataTransfer.types)) return;
        // Else the browser would open what was dropped.
        event.preventDefault();
        const files = filesIn(dataTransfer);
        if (files.length > 0) add(files);
        else void addText([...dataTransfer.files]);
      }}
    >
      <ReferenceChips chrome={chrome} references={references} onRemove={remove} />
      {offering && (
        <CompletionList
          id={completionsId}
          offers={completion.offers}
          active={completion.active}
          onChoose={completion.choose}
        />
      )}
      <textarea
        ref={input}
        rows={2}
        value={draft}
        aria-label={t("Question")}
        placeholder={ready ? t("Ask about your code; # adds files and more") : t("Download a model to begin")}
        aria-autocomplete="list"
        aria-controls={offering ? completionsId : undefined}
        aria-activedescendant={offering ? completionId(completionsId, completion.active) : undefined}
        onInput={(event) => {
          setDraft(event.currentTarget.value);
          completion.changed();
        }}
        onPaste={(event) => {
          const { clipboardData } = event;
          if (!clipboardData) return;
          const code = pastedCode(clipboardData);
          const pasted = code ? [code] : filesIn(clipboardData);
          const files = pasted.length === 0 ? pastedFiles(clipboardData) : [];
          if (pasted.length + files.length === 0) return;
          event.preventDefault();
          add(pasted);
          void addText(files);
        }}
        onKeyDown={(event) => {
          if (completion.onKey(event)) {
            event.preventDefault();
            // Escape closes the list and must not stop the answer.
            event.stopPropagation();
            return;
          }
          const last = references.at(-1);
          // A key that is held down to empty the field ends there.
          if (event.key === "Backspace" && event.currentTarget.value === "" && !event.repeat && last) remove(last);
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
          title={t("Model: {0}. Choose another.", chrome.model.name)}
          aria-label={t("Model: {0}. Choose another.", chrome.model.name)}
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
              title={t("Stop (Escape)")}
              aria-label={t("Stop")}
              onClick={() => post({ type: "stop" })}
            >
              <Icon name="stop" />
            </button>
          ) : (
            <button
              key="send"
              type="submit"
              class="icon-button icon-button-primary"
              title={ready ? t("Send (Enter)") : t("Download a model first")}
              aria-label={t("Send")}
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

function EffortPicker({ effort }: { effort: Effort }) {
  const { post } = usePanel();
  return (
    <span class="picker picker-select">
      <Icon name="thought" />
      <select
        aria-label={t("Thinking effort")}
        title={t("Thinking effort")}
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
