/**
 * One answer as the panel holds it: the turn without its text, and the text in the forms that are cheap to extend.
 * `version` changes with every visible change, so that drawing can skip what did not change.
 */
import type { AssistantTurn, PanelToken, TextRun } from "../common/panel.ts";
import { runsText } from "../common/panel.ts";
import type { Segment } from "../common/segments.ts";
import type { LiveStats } from "../common/stats.ts";
import { MarkdownDocument } from "./markdown/document.ts";
import { RunLog } from "./runLog.ts";
import type { TurnHead } from "./wording.ts";

/** Counters on screen change at most this often (ms): numbers that race cannot be read. */
const counterIntervalMs = 250;

export class AssistantTurnModel {
  readonly role = "assistant";
  readonly thinking = new RunLog();
  readonly answer = new RunLog();
  readonly document: MarkdownDocument;
  /** What is drawn; its counters lag behind by up to `counterIntervalMs`. */
  head: TurnHead;
  version = 0;
  #latest: { live: LiveStats | null; thinkingMs: number };
  #countersAt = Number.NEGATIVE_INFINITY;
  #dirty = true;

  constructor(turn: AssistantTurn, document = new MarkdownDocument()) {
    const { thinking, answer, ...head } = turn;
    this.document = document;
    this.head = head;
    this.#latest = head;
    this.#appendRuns(thinking, "thinking");
    this.#appendRuns(answer, "answer");
  }

  get id(): string {
    return this.head.id;
  }

  /** Tokens may still come. */
  get running(): boolean {
    return this.head.status !== "done" && this.head.status !== "stopped" && this.head.status !== "failed";
  }

  /** The model ended it: nothing was cut off. */
  get whole(): boolean {
    return this.head.status === "done" && this.head.stopReason === "stop";
  }

  append(tokens: readonly PanelToken[], live: LiveStats, thinkingMs: number): void {
    this.thinking.append(tokens, "thinking");
    const before = this.answer.length;
    this.answer.append(tokens, "answer");
    if (this.answer.length > before)
      this.document.append(tokens.map((token) => (token.segment === "answer" ? token.text : "")).join(""));
    this.#latest = { live, thinkingMs };
    this.#dirty = true;
  }

  setHead(head: TurnHead): void {
    this.head = head;
    this.#latest = head;
    this.#dirty = true;
  }

  /** Takes a whole turn if it only adds to what is here; false when the text is another, then a new model is needed. */
  adopt(turn: AssistantTurn): boolean {
    const { thinking, answer, ...head } = turn;
    const newThinking = added(this.thinking, thinking);
    const newAnswer = added(this.answer, answer);
    if (!newThinking || !newAnswer) return false;
    this.#appendRuns(newThinking, "thinking");
    this.#appendRuns(newAnswer, "answer");
    this.setHead(head);
    return true;
  }

  /** Brings what is drawn up to date; true while counters still lag behind, so that another frame is wanted. */
  beforeFrame(now: number): boolean {
    if (this.#dirty) {
      this.#dirty = false;
      this.version++;
      if (this.running) this.document.update();
      else this.document.complete();
    }
    if (this.head.live === this.#latest.live) return false;
    if (now - this.#countersAt < counterIntervalMs) return true;
    this.#countersAt = now;
    this.head = { ...this.head, ...this.#latest };
    this.version++;
    return false;
  }

  #appendRuns(runs: readonly TextRun[], segment: Segment): void {
    const tokens = runs.map((run) => ({ ...run, segment }));
    (segment === "thinking" ? this.thinking : this.answer).append(tokens, segment);
    if (segment === "answer") this.document.append(runsText(runs));
  }
}

/** The runs by which `runs` goes beyond the log; null when it does not begin with the log's text. */
function added(log: RunLog, runs: readonly TextRun[]): TextRun[] | null {
  const known = log.text();
  if (!runsText(runs).startsWith(known)) return null;
  let skip = known.length;
  const rest: TextRun[] = [];
  for (const run of runs) {
    if (run.text.length > skip) rest.push({ text: run.text.slice(skip), origin: run.origin });
    skip = Math.max(0, skip - run.text.length);
  }
  return rest;
}
