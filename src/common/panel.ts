/**
 * The panel's protocol: two unions, host → panel and panel → host. The host owns every conversation; the panel draws
 * what it is told and asks for the whole state with `ready`, so that a closed and reopened panel loses nothing.
 */
import type { ErrorData } from "./errors.ts";
import type { GeneratedToken, ModelInfo, Notice, OtherThought } from "./protocol.ts";
import type { Segment, StopReason, ThinkingEnd, TokenOrigin } from "./segments.ts";
import type { GenerationStats, LiveStats } from "./stats.ts";

/** A run of text whose tokens have one origin; neighbours of the same origin are joined. */
export interface TextRun {
  text: string;
  origin: TokenOrigin;
}

/** Code that came with a question. */
export interface Attachment {
  /** Workspace-relative path, or a name for what has none. */
  label: string;
  /** Empty for text that has no place. */
  uri: string;
  languageId: string;
  /** 1-based, inclusive. */
  startLine: number;
  endLine: number;
}

/** What a question names beside the selection; the host reads it when the question is sent. */
export type Reference =
  | { kind: "file"; uri: string; label: string }
  /** Lines are 1-based and inclusive; `label` is the file's. */
  | { kind: "symbol"; uri: string; label: string; name: string; startLine: number; endLine: number }
  /** Text without a place of its own: pasted, or dropped from another program. */
  | { kind: "text"; label: string; languageId: string; text: string }
  /** What the editor reports about the open file. */
  | { kind: "problems" }
  /** What is staged in Git, else what is changed. */
  | { kind: "changes" };

export type TurnStatus =
  /** What the question's code uses is being looked up. */
  "lookup" | "queued" | "loading" | "prefill" | "thinking" | "answering" | "done" | "stopped" | "failed";

export interface UserTurn {
  role: "user";
  id: string;
  text: string;
  attachments: Attachment[];
}

export interface AssistantTurn {
  role: "assistant";
  id: string;
  status: TurnStatus;
  thinking: TextRun[];
  answer: TextRun[];
  thinkingEnd: ThinkingEnd;
  /** Thoughts beside the one in `thinking`, where several were written side by side. */
  otherThoughts?: readonly OtherThought[];
  /** Time from the first token of the thought to its last so far (ms). */
  thinkingMs: number;
  stopReason: StopReason | null;
  /** Place in the queue while `queued`. */
  queuePosition: number;
  /** 0..1 while `loading` or `prefill`; null when not known. */
  progress: number | null;
  /** Tokens of the prompt read so far, while `prefill`; null before the engine has said. */
  prefill: PrefillProgress | null;
  live: LiveStats | null;
  stats: GenerationStats | null;
  error: ErrorData | null;
  /** What the user should know about this turn that is no error; each is shown once, as it is. */
  notices: Notice[];
  /** The partial answer can be carried on. */
  canContinue: boolean;
  /** The user's opinion of the answer. */
  feedback: Thumb | null;
}

export type Thumb = "up" | "down";

/** Which of several versions of a turn is on screen, counted from 1. */
export interface TurnVersion {
  number: number;
  count: number;
}

export interface PrefillProgress {
  processedTokens: number;
  totalTokens: number;
  /** Of `processedTokens`, those whose KV cache was reused. */
  cachedTokens: number;
}

export type Turn = UserTurn | AssistantTurn;

export type EngineHealth =
  | { state: "off" }
  | { state: "starting" }
  /** A model is to be loaded, and others are still being answered. */
  | { state: "waiting" }
  | { state: "loading"; progress: number }
  | { state: "ready" }
  | { state: "busy" }
  | { state: "restarting"; attempt: number; reason: string }
  | { state: "failed"; error: ErrorData };

export type DownloadState =
  | { state: "none" }
  | {
      state: "running";
      modelId: string;
      modelName: string;
      receivedBytes: number;
      totalBytes: number;
      bytesPerSecond: number;
      /** null when it cannot be told. */
      secondsLeft: number | null;
      phase: DownloadPhase;
      /** Where the bytes come from, for people to read. */
      source: string;
    }
  | { state: "failed"; modelId: string; error: ErrorData };

export type DownloadPhase = "waiting" | "connecting" | "downloading" | "joining" | "verifying" | "done";

export interface ModelChoice {
  id: string;
  name: string;
  sizeBytes: number;
  /** Name or SPDX identifier of the licence; empty when not known. */
  licence: string;
  installed: boolean;
}

/** A conversation in the list of all. */
export interface SessionSummary {
  id: string;
  title: string;
  /** Time of the last change (ms since 1970). */
  updatedAt: number;
  questionCount: number;
  /** The beginning of all its questions, for the search. */
  text: string;
  /** It is being answered, on screen or not. */
  running: boolean;
}

export interface PanelState {
  conversationId: string;
  title: string;
  turns: Turn[];
  /** By turn; for turns with more than one version. */
  versions: Record<string, TurnVersion>;
  engine: EngineHealth;
  /** `sentTo`: hosts of the server that answers; empty where what is asked stays on this machine. */
  model: { id: string; name: string; installed: boolean; sentTo: string; info: ModelInfo | null };
  models: ModelChoice[];
  download: DownloadState;
  effort: Effort;
  showOrigins: boolean;
  thinkingCollapsed: boolean;
  /** The editor's selection, offered as an attachment. */
  selection: Attachment | null;
  /** The selection goes with the next question. */
  attachSelection: boolean;
}

export type Effort = "off" | "low" | "medium" | "high" | "max" | "auto";
export const efforts: readonly Effort[] = ["auto", "off", "low", "medium", "high", "max"];

/** What the user did to a page itself; nothing of it is needed to rebuild the conversation. */
export interface SavedView {
  conversationId: string;
  draft: string;
  /** Thoughts that the user opened (true) or closed (false) himself, by turn; and lists of others (`othersOf`). */
  thoughts: Record<string, boolean>;
  /** Turns whose figures are open. */
  openStats: string[];
  /** null when at the end. */
  place: TurnPlace | null;
  /** The list of conversations is shown in the conversation's place. */
  sessionsShown: boolean;
  editing: EditedQuestion | null;
  /** What goes with the question being typed. */
  references: Reference[];
}

/** Names the list of a turn's other thoughts in `SavedView.thoughts`. */
export function othersOf(turnId: string): string {
  return `${turnId} others`;
}

/** What is at the upper edge of a conversation. */
export interface TurnPlace {
  turnId: string;
  /** Pixels of the turn that are above the edge; negative where the turn begins below it. */
  offset: number;
}

/** An earlier question that is being put in other words. */
export interface EditedQuestion {
  turnId: string;
  text: string;
}

/** What code is made of, where themes tell its parts apart. */
export const codeKinds = [
  "keyword",
  "literal",
  "string",
  "regexp",
  "number",
  "function",
  "type",
  "variable",
  "tag",
  "comment",
  "added",
  "removed",
] as const;
export type CodeKind = (typeof codeKinds)[number];
/** "#rrggbb" and the like, of those that the theme colours. */
export type CodeColors = Partial<Record<CodeKind, string>>;

export type ToPanel =
  /** The whole state: after `ready`, and when anything but a running turn changed. */
  | { type: "state"; state: PanelState }
  /** New tokens of a running turn. */
  | { type: "append"; turnId: string; tokens: PanelToken[]; live: LiveStats; thinkingMs: number }
  /** The running turn without its text: status, progress, end. */
  | { type: "turn"; turn: Omit<AssistantTurn, "thinking" | "answer"> }
  | { type: "engine"; engine: EngineHealth }
  | { type: "download"; download: DownloadState }
  | { type: "selection"; selection: Attachment | null }
  /** The colours of code in the editor's theme: after `ready`, and when the theme changed. */
  | { type: "codeColors"; colors: CodeColors }
  /**
   * All conversations, newest first: after `listSessions`, and from then on when one of them changed. `undoable`: the id of
   * the one that `undoDelete` brings back.
   */
  | { type: "sessions"; sessions: SessionSummary[]; undoable: string | null }
  /** Conversations that have every word of a query, after `searchSessions`. */
  | { type: "sessionsFound"; query: string; ids: string[] }
  /** What another page looked like, for one that is new. */
  | { type: "view"; view: SavedView }
  /** What was found for a "#" under way. */
  | { type: "completions"; query: string; references: Reference[] }
  /** Show the list of conversations. */
  | { type: "showSessions" }
  /** Move the keyboard focus to the input. `text`: a question that comes back, in front of what is there. */
  | { type: "focusInput"; text?: string; references: Reference[] }
  /** An earlier question in other words that comes back: it could not be asked. */
  | { type: "editQuestion"; editing: EditedQuestion };

export type PanelToken = Pick<GeneratedToken, "text" | "segment" | "origin">;

export type FromPanel =
  /** `restored`: the page has a view of its own from before it was hidden. */
  | { type: "ready"; restored: boolean }
  | { type: "saveView"; view: SavedView }
  /** Something was thrown in the page, or in the drawing of a turn, which is text then. */
  | { type: "failed"; detail: string }
  | { type: "ask"; text: string; references: Reference[] }
  /** Find files and symbols for what follows a "#"; answered with `completions`. */
  | { type: "complete"; query: string }
  /** Files were dropped that are too large to go with a question. */
  | { type: "tooLarge"; names: string[] }
  /** Of what came from another program: folders, and files that are gone or may not be read. */
  | { type: "unreadable"; names: string[] }
  | { type: "stop" }
  | { type: "answerNow" }
  | { type: "continue"; turnId: string }
  /** Answer once more; the answer so far stays as a version. */
  | { type: "retry"; turnId: string }
  /** Ask a question again in other words; it stays as a version, with all that followed. */
  | { type: "resend"; turnId: string; text: string }
  | { type: "switchVersion"; turnId: string; offset: -1 | 1 }
  | { type: "feedback"; turnId: string; thumb: Thumb | null }
  | { type: "newChat" }
  | { type: "listSessions" }
  /** Search whole conversations, answers too; answered with `sessionsFound`, unless another search follows. */
  | { type: "searchSessions"; query: string }
  | { type: "openSession"; id: string }
  | { type: "renameSession"; id: string; title: string }
  | { type: "deleteSession"; id: string }
  /** Brings back what was deleted last. */
  | { type: "undoDelete" }
  | { type: "exportSession"; id: string }
  | { type: "copy"; text: string }
  | { type: "insert"; code: string }
  /** Show code of an answer as a diff that can be applied. */
  | { type: "proposeCode"; turnId: string; code: string }
  | { type: "openLink"; href: string }
  | { type: "openAttachment"; attachment: Attachment }
  | { type: "setEffort"; effort: Effort }
  | { type: "selectModel" }
  | { type: "download"; modelId: string }
  | { type: "cancelDownload" }
  | { type: "setShowOrigins"; value: boolean }
  | { type: "setThinkingCollapsed"; value: boolean }
  | { type: "setAttachSelection"; value: boolean }
  | { type: "restartEngine" }
  | { type: "installLlamaServer" }
  | { type: "showLog" };

/** Adds tokens to runs, joining neighbours of the same origin. Changes `runs`. */
export function appendRuns(runs: TextRun[], tokens: readonly PanelToken[], segment: Segment): void {
  for (const token of tokens) {
    if (token.segment !== segment || token.text === "") continue;
    const last = runs.at(-1);
    if (last?.origin === token.origin) last.text += token.text;
    else runs.push({ text: token.text, origin: token.origin });
  }
}

export function runsText(runs: readonly TextRun[]): string {
  return runs.map((run) => run.text).join("");
}
