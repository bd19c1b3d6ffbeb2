/** All conversations: searched as one types, opened, renamed, exported, deleted, and brought back when that was a slip. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../../common/l10n.ts";
import type { SessionSummary } from "../../common/panel.ts";
import { usePanel } from "../panelContext.ts";
import { type FoundSessions, hostQuery, matchingSessions, sessionFacts } from "../sessions.ts";
import { IconButton } from "./iconButton.tsx";

interface SessionListProps {
  /** null until the host has sent them. */
  sessions: readonly SessionSummary[] | null;
  /** The one that the host can bring back. */
  undoable: string | null;
  currentId: string;
  /** Of whole conversations, for the last query that the host was asked for. */
  found: FoundSessions | null;
}

/** Between two keys one is not done typing (ms). */
const searchDelayMs = 200;

export function SessionList({ sessions, undoable, currentId, found }: SessionListProps) {
  const { post, announce, showSessions } = usePanel();
  const [query, setQuery] = useState("");
  const [renaming, setRenaming] = useState<string | null>(null);
  const [deleted, setDeleted] = useState<SessionSummary | null>(null);
  const search = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => search.current?.focus(), []);

  const wanted = hostQuery(query);
  useEffect(() => {
    if (wanted === null) return;
    const timer = setTimeout(() => post({ type: "searchSessions", query: wanted }), searchDelayMs);
    return () => clearTimeout(timer);
  }, [wanted, post]);

  const shown = matchingSessions(sessions ?? [], query, found);
  /** The row whose field was left with a key: it has the focus again. */
  const renamed = useRef<string | null>(null);
  useLayoutEffect(() => {
    if (renaming !== null || renamed.current === null) return;
    const place = shown.findIndex(({ id }) => id === renamed.current);
    list.current?.querySelectorAll<HTMLElement>(".session-open")[place]?.focus();
    renamed.current = null;
  }, [renaming]);

  const now = Date.now();
  const remove = (session: SessionSummary) => {
    post({ type: "deleteSession", id: session.id });
    setDeleted(session);
    // The row with the focus goes away.
    search.current?.focus();
  };
  // The host may not be able to: then it says so, and the row stays.
  const isGone = deleted !== null && !sessions?.some(({ id }) => id === deleted.id);
  useEffect(() => {
    if (deleted && isGone) announce(t("Deleted {0}.", deleted.title));
  }, [deleted, isGone]);
  const undo = () => {
    post({ type: "undoDelete" });
    setDeleted(null);
    announce(t("The chat is back."));
    search.current?.focus();
  };
  return (
    <main
      class="sessions"
      aria-label={t("Chats")}
      onKeyDown={(event) => {
        // The key is the input method's.
        if (event.isComposing) return;
        if (event.key === "Escape" && renaming === null) {
          event.stopPropagation();
          showSessions(false);
        }
        if (event.key === "ArrowDown" || event.key === "ArrowUp") moveFocus(event, list.current);
      }}
    >
      <header class="sessions-head">
        <input
          ref={search}
          type="search"
          value={query}
          aria-label={t("Search chats")}
          placeholder={t("Search chats")}
          onInput={(event) => setQuery(event.currentTarget.value)}
        />
        <IconButton
          icon="close"
          title={t("Back to the chat (Escape)")}
          label={t("Back to the chat")}
          onClick={() => showSessions(false)}
        />
      </header>
      {isGone && (
        <p class="notice sessions-undo">
          <span>{t("Deleted “{0}”.", deleted.title)}</span>
          {undoable === deleted.id && (
            <button type="button" class="button button-secondary button-small" onClick={undo}>
              {t("Undo")}
            </button>
          )}
        </p>
      )}
      {sessions !== null && shown.length === 0 && (
        <p class="sessions-empty">{emptyText(query.trim(), wanted !== null && found?.query !== wanted)}</p>
      )}
      <ul ref={list} aria-label={t("Chats, newest first")}>
        {shown.map((session) => (
          <li key={session.id} class={session.id === currentId ? "session session-current" : "session"}>
            {renaming === session.id ? (
              <RenameField
                session={session}
                onEnd={(by) => {
                  if (by === "key") renamed.current = session.id;
                  setRenaming(null);
                }}
              />
            ) : (
              <SessionRow
                session={session}
                current={session.id === currentId}
                facts={sessionFacts(session, now)}
                onRename={() => setRenaming(session.id)}
                onDelete={() => remove(session)}
              />
            )}
          </li>
        ))}
      </ul>
    </main>
  );
}

function emptyText(query: string, isSearching: boolean): string {
  if (query === "") return t("No chats yet.");
  return isSearching ? t("Searching the answers…") : t("No chat mentions “{0}”.", query);
}

interface SessionRowProps {
  session: SessionSummary;
  current: boolean;
  facts: string;
  onRename(): void;
  onDelete(): void;
}

function SessionRow({ session, current, facts, onRename, onDelete }: SessionRowProps) {
  const { post, showSessions } = usePanel();
  const { id, title } = session;
  return (
    <>
      <button
        type="button"
        class="session-open"
        title={title}
        aria-current={current ? "true" : undefined}
        onClick={() => {
          if (!current) post({ type: "openSession", id });
          showSessions(false);
        }}
        onKeyDown={(event) => {
          if (event.key === "F2") onRename();
          if (event.key !== "Delete") return;
          // The search field, which gets the focus, would take the key for its own text.
          event.preventDefault();
          onDelete();
        }}
      >
        <span class="session-title">{title}</span>
        <span class="session-facts">{facts}</span>
      </button>
      <span class="session-actions">
        <RowButton icon="edit" label={t("Rename")} title={title} onClick={onRename} />
        <RowButton
          icon="download"
          label={t("Export as Markdown")}
          title={title}
          onClick={() => post({ type: "exportSession", id })}
        />
        <RowButton icon="trash" label={t("Delete")} title={title} onClick={onDelete} />
      </span>
    </>
  );
}

function RowButton(props: { icon: "edit" | "download" | "trash"; label: string; title: string; onClick(): void }) {
  const { icon, label, title, onClick } = props;
  return <IconButton icon={icon} title={label} label={`${label}: ${title}`} onClick={onClick} />;
}

interface RenameFieldProps {
  session: SessionSummary;
  /** After "leaving" the focus is elsewhere already. */
  onEnd(by: "key" | "leaving"): void;
}

function RenameField({ session, onEnd }: RenameFieldProps) {
  const { post, announce } = usePanel();
  const input = useRef<HTMLInputElement>(null);
  /** Leaving the field after Enter or Escape must not count a second time. */
  const ended = useRef(false);
  useLayoutEffect(() => input.current?.select(), []);
  const end = (keep: boolean, by: "key" | "leaving") => {
    if (ended.current) return;
    ended.current = true;
    const title = input.current?.value.trim() ?? "";
    if (keep && title !== "" && title !== session.title) {
      post({ type: "renameSession", id: session.id, title });
      announce(t("Renamed to {0}.", title));
    }
    onEnd(by);
  };
  return (
    <input
      ref={input}
      class="session-rename"
      type="text"
      defaultValue={session.title}
      aria-label={t("New name of {0}", session.title)}
      onBlur={() => end(true, "leaving")}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.isComposing) return;
        if (event.key === "Enter") {
          // The row that gets the focus would take the key as a press.
          event.preventDefault();
          end(true, "key");
        }
        if (event.key === "Escape") end(false, "key");
      }}
    />
  );
}

/** Up and down between the search field and the rows' main buttons. */
function moveFocus(event: KeyboardEvent, list: HTMLUListElement | null): void {
  const rows = [...(list?.querySelectorAll<HTMLElement>(".session-open") ?? [])];
  const row = document.activeElement?.closest("li")?.querySelector<HTMLElement>(".session-open");
  const at = row ? rows.indexOf(row) : -1;
  const next = rows[at + (event.key === "ArrowDown" ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
