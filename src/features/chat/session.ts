/**
 * Runs the generations of one conversation: asks, stops, retries, carries on, and says what changed. Knows neither the
 * editor nor the panel, so that the chat and the inline explanations share it and tests need no window.
 */
import { orAborted } from "../../client/abort.ts";
import { Emitter } from "../../common/emitter.ts";
import { type AssistantTurn, type PanelToken, runsText, type Thumb } from "../../common/panel.ts";
import type { GenerateParams, GenerationEvent, GenerationResult, ModelInfo } from "../../common/protocol.ts";
import type { Settings } from "../../common/settings.ts";
import type { LiveStats } from "../../common/stats.ts";
import { contradicts } from "../../prompts/contradiction.ts";
import type { LearntTemplates } from "../../prompts/effort.ts";
import type { UsedPlan, UseLog, UseSignal } from "../../prompts/learning.ts";
import { attachedTo, followFiles, type NewPlace } from "./attachedCode.ts";
import { fork, switchVersion } from "./branches.ts";
import {
  answerAgain,
  applyEvent,
  ask,
  attach,
  begin,
  type Conversation,
  type FoundCode,
  fail,
  findTurn,
  finish,
  hasText,
  inputOf,
  loading,
  type Question,
  type RunBase,
} from "./conversation.ts";
import { buildRequest, type GenerationSettings } from "./request.ts";

/** What the other words of a question say. `code` and `lookup` are what they add to the code that it has. */
export type NewWords = Partial<Omit<Question, "text">>;

/** What a session needs of the engine. */
export interface Generator {
  /** Starts the engine and loads the model, whichever is missing. Rejects with a HunchError. */
  prepare(options: { onProgress(progress: number | null): void; signal: AbortSignal }): Promise<ModelInfo>;
  generate(
    params: GenerateParams,
    options: { onEvents(events: GenerationEvent[]): void; signal: AbortSignal },
  ): Promise<GenerationResult>;
  answerNow(generationId: string): void;
}

export interface SessionServices {
  engine: Generator;
  /** Read at each question, so that a changed setting counts at once. */
  settings(): GenerationSettings & Pick<Settings, "effort">;
  /** What calibration found best for a model. */
  learnt(model: ModelInfo): Promise<LearntTemplates>;
  /** What use taught. */
  use(): UseLog;
  /** The user did something with an answer that says whether its thought was worth it. */
  signal(plan: UsedPlan, signal: UseSignal): void;
  newId(): string;
  newSeed(): number;
}

export type SessionChange =
  /** Turns were added, or a turn lost its text. */
  | { type: "turns" }
  /** New tokens of the running turn. */
  | { type: "tokens"; turn: AssistantTurn; tokens: PanelToken[]; live: LiveStats }
  /** Anything of the running turn but its text. */
  | { type: "turn"; turn: AssistantTurn };

interface Run {
  turn: AssistantTurn;
  generationId: string;
  abort: AbortController;
  base: RunBase;
}

export class ChatSession {
  readonly conversation: Conversation;
  readonly #services: SessionServices;
  readonly #changes = new Emitter<SessionChange>();
  #run: Run | null = null;

  constructor(conversation: Conversation, services: SessionServices) {
    this.conversation = conversation;
    this.#services = services;
  }

  readonly onChange = this.#changes.on;

  get running(): AssistantTurn | null {
    return this.#run?.turn ?? null;
  }

  /** Resolves when the answer has ended, whichever way: failures are shown in the turn. Ignored while one is running. */
  async ask(question: Question): Promise<void> {
    if (this.#run) return;
    const before = this.conversation.turns.at(-1);
    if (before?.role === "assistant" && before.status === "done" && contradicts(question.text))
      this.#signal(before.id, "contradicted");
    const turn = ask(this.conversation, question, this.#services.settings().effort);
    await this.#answer(turn, false, question.lookup);
  }

  /**
   * Answers again, after a thought where there was none before. What was written so far, and what came after it, stays as a
   * version.
   */
  async retry(turnId: string): Promise<void> {
    const turn = findTurn(this.conversation, turnId);
    if (this.#run || !turn) return;
    const input = inputOf(this.conversation, turn);
    const { effort } = this.#services.settings();
    if (!hasText(turn) && turn === this.conversation.turns.at(-1)) {
      input.effort = effort;
      return this.#answer(turn, false);
    }
    const cameFirst = turn.stats?.firstAnswer?.stands;
    // An answer that was cut off or failed is repeated for another reason, and one without a thought says nothing of thoughts.
    if (turn.status === "done" && !cameFirst) this.#signal(turn.id, "regenerated");
    fork(this.conversation, turnId);
    const mustThink = input.mustThink || cameFirst;
    await this.#answer(answerAgain(this.conversation, { ...input, mustThink }, effort), false);
  }

  /**
   * Asks a question again in other words, with the same code, and where the task is the same, with what the editor
   * reported about it. The question so far stays as a version.
   * @param words what the words say of the task, where they do, and the code that they add
   */
  async resend(turnId: string, text: string, words: NewWords = {}): Promise<void> {
    const { turns } = this.conversation;
    const at = turns.findIndex(({ id }) => id === turnId);
    const [user, answer] = turns.slice(at, at + 2);
    if (this.#run || user?.role !== "user" || answer?.role !== "assistant") return;
    const input = inputOf(this.conversation, answer);
    // The words that a command asks with are not those it shows; the user's own words are both.
    const { task, question } = text === user.text ? input : { task: input.task, question: text, ...words };
    const code = [...attachedTo(this.conversation, answer.id), ...(words.code ?? [])];
    const problems = task === input.task ? input.problems : undefined;
    fork(this.conversation, turnId);
    await this.ask({ ...(problems === undefined ? {} : { problems }), ...words, task, text, question, code });
  }

  /** Shows the version before (-1) or after (1) this turn. Ignored while an answer is running. */
  switchVersion(turnId: string, offset: -1 | 1): void {
    if (!this.#run && switchVersion(this.conversation, turnId, offset)) this.#changes.fire({ type: "turns" });
  }

  /** Files have other names now. */
  filesMoved(place: (uri: string) => NewPlace | null): void {
    if (followFiles(this.conversation, place)) this.#changes.fire({ type: "turns" });
  }

  /** Keeps the user's opinion of an answer; null takes it back. */
  giveFeedback(turnId: string, thumb: Thumb | null): void {
    const turn = findTurn(this.conversation, turnId);
    if (!turn || turn.feedback === thumb) return;
    turn.feedback = thumb;
    // What was learnt from a thumb that is taken back fades with the next signals.
    if (thumb) this.#signal(turn.id, thumb === "up" ? "liked" : "disliked");
    this.#changes.fire({ type: "turn", turn });
  }

  /** Carries on a turn that was cut off; its text stays. */
  async continue(turnId: string): Promise<void> {
    const turn = findTurn(this.conversation, turnId);
    if (this.#run || !turn?.canContinue) return;
    await this.#answer(turn, true);
  }

  stop(): void {
    this.#run?.abort.abort();
  }

  answerNow(): void {
    if (this.#run?.turn.status !== "thinking") return;
    this.#services.engine.answerNow(this.#run.generationId);
  }

  /** Code of an answer went into a file. */
  inserted(code: string): void {
    const turn = this.conversation.turns.findLast(
      (candidate) => candidate.role === "assistant" && runsText(candidate.answer).includes(code.trim()),
    );
    if (turn) this.#used(turn.id, "inserted");
  }

  /** A change that an answer proposed was made. */
  applied(turnId: string): void {
    this.#used(turnId, "applied");
  }

  /** The first question is asked anew elsewhere. Of an answer that was cut off or failed that says nothing. */
  askedAnew(): void {
    const first = this.conversation.turns.find((turn) => turn.role === "assistant");
    if (first?.role === "assistant" && first.status === "done") this.#signal(first.id, "regenerated");
  }

  /** Once for an answer: the same done twice says no more. True the first time. */
  #signal(turnId: string, signal: UseSignal): boolean {
    const input = this.conversation.inputs[turnId];
    if (!input?.plan || input.signals?.includes(signal)) return false;
    input.signals = [...(input.signals ?? []), signal];
    this.#services.signal(input.plan, signal);
    return true;
  }

  /** A signal that no other change follows: it has to be written down all the same. */
  #used(turnId: string, signal: UseSignal): void {
    if (this.#signal(turnId, signal)) this.#changes.fire({ type: "turns" });
  }

  async #answer(turn: AssistantTurn, carryOn: boolean, lookup?: Promise<FoundCode>): Promise<void> {
    const base = begin(turn, carryOn ? "keep" : "drop");
    const run: Run = { turn, generationId: this.#services.newId(), abort: new AbortController(), base };
    this.#run = run;
    const found = lookup && this.#attach(run, lookup);
    this.#changes.fire({ type: "turns" });
    try {
      const result = await this.#generate(run, carryOn, found);
      finish(turn, result, base);
      // The engine knows whether it was this that ended the thought: the model may have come first.
      if (result.thinkingEnd === "answerNow") this.#signal(turn.id, "answeredNow");
    } catch (error) {
      fail(turn, error, base);
    }
    this.#run = null;
    this.#changes.fire({ type: "turn", turn });
  }

  /**
   * Adds what is looked up to the question; also to one whose answer was stopped, which may be asked again, unless it has
   * been by then: that answer is without it.
   */
  async #attach(run: Run, lookup: Promise<FoundCode>): Promise<void> {
    const { turn } = run;
    turn.status = "lookup";
    const found = await lookup;
    if (this.#run && this.#run !== run) return;
    attach(this.conversation, turn, found);
    if (turn.status === "lookup") turn.status = "loading";
    this.#changes.fire({ type: "turns" });
  }

  async #generate(run: Run, carryOn: boolean, found: Promise<void> | undefined): Promise<GenerationResult> {
    const { engine } = this.#services;
    const { turn } = run;
    const { signal } = run.abort;
    const preparing = engine.prepare({
      signal,
      onProgress: (progress) => {
        loading(turn, progress);
        this.#changes.fire({ type: "turn", turn });
      },
    });
    const [model] = await Promise.all([preparing, found && orAborted(found, signal)]);
    const { params, sent, plan, notices } = buildRequest({
      conversation: this.conversation,
      turn,
      model,
      settings: this.#services.settings(),
      learnt: await this.#services.learnt(model),
      use: this.#services.use(),
      seed: this.#services.newSeed(),
      carryOn,
    });
    turn.notices = notices;
    const input = Object.assign(inputOf(this.conversation, turn), { sent, plan });
    const result = await engine.generate(
      { ...params, generationId: run.generationId },
      { signal, onEvents: (events) => this.#take(run, events) },
    );
    // It was asked for without a word about thinking then: the next turn repeats what the model has read.
    if (result.stats.firstAnswer?.stands) input.sent = params.controls.answerFirst?.message ?? sent;
    return result;
  }

  #take({ turn, base }: Run, events: readonly GenerationEvent[]): void {
    for (const event of events) {
      const { status, thinkingEnd } = turn;
      applyEvent(turn, event, base);
      // The status goes first: who draws the tokens knows the segment they start.
      if (event.type !== "tokens" || turn.status !== status || turn.thinkingEnd !== thinkingEnd)
        this.#changes.fire({ type: "turn", turn });
      if (event.type === "tokens")
        this.#changes.fire({ type: "tokens", turn, tokens: event.tokens, live: turn.live ?? event.live });
    }
  }
}
