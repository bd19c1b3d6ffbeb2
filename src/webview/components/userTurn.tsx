import { Fragment } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../../common/l10n.ts";
import type { Attachment, TurnVersion, UserTurn } from "../../common/panel.ts";
import { memo } from "../memo.tsx";
import { usePanel } from "../panelContext.ts";
import { attachmentName, chipTexts } from "../wording.ts";
import { IconButton } from "./iconButton.tsx";
import { Icon } from "./icons.tsx";
import { VersionSwitch } from "./versionSwitch.tsx";

interface UserTurnProps {
  turn: UserTurn;
  /** undefined when it is the only one. */
  version: TurnVersion | undefined;
  /** The question while it is put in other words; else null. */
  edited: string | null;
  /** An answer is being written. */
  busy: boolean;
}

/** A question, with the code that came along; it can be asked again in other words. */
export const UserTurnView = memo(function UserTurnView({ turn, version, edited, busy }: UserTurnProps) {
  const { setEditing } = usePanel();
  const edit = useRef<HTMLButtonElement>(null);
  const wasLeft = useRef(false);
  useLayoutEffect(() => {
    const { current } = edit;
    if (!wasLeft.current || !current) return;
    wasLeft.current = false;
    // While an answer is written the button can not have the focus.
    (current.disabled ? current.closest("main") : current)?.focus({ preventScroll: true });
  }, [edited]);
  const texts = chipTexts(turn.attachments.map(attachmentName));
  return (
    <article class="turn turn-user" data-turn={turn.id}>
      <h2 class="visually-hidden">{t("You")}</h2>
      <Fragment key={turn.id}>
        {turn.attachments.length > 0 && (
          <ul class="chips" aria-label={t("Attached code")}>
            {turn.attachments.map((attachment, index) => (
              <li key={`${index}`}>
                <AttachmentChip attachment={attachment} text={texts[index] ?? ""} />
              </li>
            ))}
          </ul>
        )}
        {edited === null ? (
          <div class="question-row">
            <p class="question">{turn.text}</p>
            <IconButton
              element={edit}
              icon="edit"
              class="question-edit"
              title={t("Ask again in other words; this question is kept")}
              label={t("Edit question")}
              disabled={busy}
              onClick={() => setEditing({ turnId: turn.id, text: turn.text })}
            />
          </div>
        ) : (
          <EditQuestion
            turnId={turn.id}
            text={edited}
            busy={busy}
            onLeave={() => {
              wasLeft.current = true;
              setEditing(null);
            }}
          />
        )}
      </Fragment>
      {version && <VersionSwitch turnId={turn.id} version={version} busy={busy} />}
    </article>
  );
});

/** Opens the code in the editor; text without a place is only named. */
function AttachmentChip({ attachment, text }: { attachment: Attachment; text: string }) {
  const { post } = usePanel();
  const { full } = attachmentName(attachment);
  const content = (
    <>
      <Icon name={attachment.uri === "" ? "copy" : "file"} />
      <span class="chip-name">{text}</span>
    </>
  );
  if (attachment.uri === "")
    return (
      <span class="chip" title={full}>
        {content}
      </span>
    );
  return (
    <button
      type="button"
      class="chip"
      title={t("Open {0}", full)}
      onClick={() => post({ type: "openAttachment", attachment })}
    >
      {content}
    </button>
  );
}

function isWritten(element: Element | null): boolean {
  return element instanceof HTMLTextAreaElement && element.value.trim() !== "";
}

interface EditQuestionProps {
  turnId: string;
  text: string;
  busy: boolean;
  /** The question stays as it was. */
  onLeave(): void;
}

function EditQuestion({ turnId, text, busy, onLeave }: EditQuestionProps) {
  const { post, setEditing, announce } = usePanel();
  const input = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const { current } = input;
    if (!current) return;
    current.setSelectionRange(current.value.length, current.value.length);
    // A question that comes back is shown, and takes the keyboard from nobody who writes the next one.
    if (isWritten(document.activeElement)) current.scrollIntoView({ block: "nearest" });
    else current.focus();
  }, []);
  const canSend = !busy && text.trim() !== "";
  const send = () => {
    // What was typed since the last frame is in the field and not yet in `text`.
    const typed = (input.current?.value ?? text).trim();
    if (busy || typed === "") return;
    setEditing(null);
    post({ type: "resend", turnId, text: typed });
    announce(t("Asked again."));
  };
  return (
    <form
      class="edit-question"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={input}
        rows={2}
        value={text}
        aria-label={t("Question in other words")}
        onInput={(event) => setEditing({ turnId, text: event.currentTarget.value })}
        onKeyDown={(event) => {
          if (event.isComposing) return;
          if (event.key === "Escape") {
            event.stopPropagation();
            onLeave();
          }
          if (event.key !== "Enter" || event.shiftKey) return;
          event.preventDefault();
          send();
        }}
      />
      <div class="action-row">
        <button type="submit" class="button button-small" disabled={!canSend}>
          {t("Ask again")}
        </button>
        <button type="button" class="button button-secondary button-small" onClick={onLeave}>
          {t("Cancel")}
        </button>
      </div>
    </form>
  );
}
