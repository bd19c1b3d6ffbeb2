/**
 * All sessions of the window: makes them with the editor's services, knows which are running, and keeps the context
 * keys of Stop, Answer Now and the last of the first steps.
 */
import { randomInt, randomUUID } from "node:crypto";
import { Emitter } from "../../common/emitter.ts";
import type { GenerationStats } from "../../common/stats.ts";
import { setContextKey } from "../../host/commands.ts";
import type { Ctx } from "../../host/ctx.ts";
import { guarded } from "../../host/notify.ts";
import { type Conversation, newConversation } from "./conversation.ts";
import { ChatSession } from "./session.ts";

/** Seeds are reported and may be typed in again: ten digits are enough. */
const seedLimit = 2 ** 31;

export class Sessions {
  readonly #ctx: Ctx;
  readonly #running = new Set<ChatSession>();
  readonly #changes = new Emitter<void>();
  #lastStats: GenerationStats | null = null;
  #keys = { running: false, thinking: false, asked: false };
  /** Documents (URIs) of the sample to try the model on: a question about them is none about code of one's own. */
  readonly samples = new Set<string>();

  constructor(ctx: Ctx) {
    this.#ctx = ctx;
  }

  /** A session began, ended, or is at something else now. */
  readonly onChange = this.#changes.on;

  create(stored?: Conversation | null): ChatSession {
    const { engine, settings, calibrations, learning, log } = this.#ctx;
    const session = new ChatSession(stored ?? newConversation(randomUUID()), {
      engine,
      settings: () => settings.current,
      use: () => learning.log,
      signal: (plan, signal) => {
        guarded(log, "learn from use", () => learning.signal(plan, signal));
      },
      learnt: (model) => calibrations.learnt(model),
      newId: randomUUID,
      newSeed: () => randomInt(seedLimit),
    });
    session.onChange((change) => {
      // Not of every turn that changes: a thumb may be for an old answer.
      const ended = !session.running && this.#running.has(session);
      if (ended && change.type === "turn") this.#lastStats = change.turn.stats ?? this.#lastStats;
      if (change.type !== "tokens") this.#update(session);
    });
    return session;
  }

  get running(): readonly ChatSession[] {
    return [...this.#running];
  }

  /** Figures of the generation that ended last. */
  get lastStats(): GenerationStats | null {
    return this.#lastStats;
  }

  #update(session: ChatSession): void {
    if (session.running) this.#running.add(session);
    else this.#running.delete(session);
    const running = this.#running.size > 0;
    const thinking = this.running.some((candidate) => candidate.running?.status === "thinking");
    const asked = this.#keys.asked || (session.running !== null && !this.#isAboutSample(session));
    if (running !== this.#keys.running) setContextKey("hunch.running", running);
    if (thinking !== this.#keys.thinking) setContextKey("hunch.thinking", thinking);
    if (asked !== this.#keys.asked) setContextKey("hunch.hasAsked", asked);
    this.#keys = { running, thinking, asked };
    this.#changes.fire();
  }

  /** By the code that came last: a question may go on from it without any. */
  #isAboutSample({ conversation }: ChatSession): boolean {
    const asked = conversation.turns.findLast((turn) => turn.role === "user" && turn.attachments.length > 0);
    return asked?.role === "user" && asked.attachments.some(({ uri }) => this.samples.has(uri));
  }
}
