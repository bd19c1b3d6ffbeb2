/**
 * The speculation loop: draft, verify, commit, roll back. Lossless: every committed token is what the target's sampler
 * chooses at its position, whatever was drafted (sampler.ts says why that holds at any temperature).
 */
import type { DrafterName, TokenOrigin } from "../../common/segments.ts";
import type { DrafterStats } from "../../common/stats.ts";
import { type Choice, type Controller, longestDraft } from "./controller.ts";
import type { CostCurve } from "./costCurve.ts";
import type { Sampler } from "./sampler.ts";
import type { Candidates, Draft, Drafter, TextKind, TokenSequence } from "./types.ts";

/** Candidates looked at even when the sampler needs one: drafters learn from the others. */
const leastCandidates = 8;
/** Candidates over which a probe's probabilities are taken; those left out have next to no weight. */
const probeCandidates = 40;

export interface DecoderOptions {
  target: TokenSequence;
  sampler: Sampler;
  drafters: readonly Drafter[];
  controller: Controller;
  /** Of the moment: asked for in every round. */
  readonly costs: CostCurve;
  /** Set before a pass and told its time divided by T(n); see ThreadGovernor. */
  onPass?: (normalisedMs: number) => void;
}

/** Called for each committed token, in order; "stop" ends the round after this token. */
export type OnToken = (token: number, origin: TokenOrigin) => "continue" | "stop";

export interface DecoderCounts {
  targetPasses: number;
  /** Of them, those that other sequences had a part in. */
  sharedPasses: number;
  draftedTokens: number;
  acceptedTokens: number;
  roundsWithDraft: number;
  /** Rounds by the size of their pass (tokens). */
  roundsBySize: Map<number, number>;
  byDrafter: Partial<Record<DrafterName, DrafterStats>>;
}

export class Decoder {
  readonly counts: DecoderCounts = {
    targetPasses: 0,
    sharedPasses: 0,
    draftedTokens: 0,
    acceptedTokens: 0,
    roundsWithDraft: 0,
    roundsBySize: new Map(),
    byDrafter: {},
  };
  readonly #o: DecoderOptions;
  #sampler: Sampler;
  /** All tokens: those evaluated, and the last, which is not yet. */
  readonly #text: number[];
  /** Put off until the next pass runs. */
  #later: (() => void)[] = [];

  /** @param text the prompt; all but its last token are evaluated already. */
  constructor(options: DecoderOptions, text: readonly number[]) {
    this.#o = options;
    this.#sampler = options.sampler;
    this.#text = [...text];
    for (const drafter of options.drafters) drafter.begin(this.#text);
  }

  /** Tokens so far, prompt included. */
  get text(): readonly number[] {
    return this.#text;
  }

  /** Does this while the next pass runs, the target's or a draft model's: until then what computes has nothing to do. */
  defer(work: () => void): void {
    this.#later.push(work);
  }

  /** Does at once what was put off. */
  settle(): void {
    for (const work of this.#later.splice(0)) work();
  }

  /** Tokens are chosen by this sampler from now on. */
  useSampler(sampler: Sampler): void {
    this.#sampler = sampler;
  }

  /** Tokens that still fit into the context, the one the next pass yields included. */
  get room(): number {
    return this.#o.target.contextSize - 1 - this.#text.length;
  }

  /**
   * One round. @param maxTokens most tokens it may commit (≥ 1).
   * @returns the committed tokens, at least one.
   */
  async round(kind: TextKind, maxTokens: number, onToken: OnToken): Promise<number> {
    const { target, controller, costs } = this.#o;
    const sampler = this.#sampler;
    // k drafts yield up to k + 1 tokens.
    const room = Math.min(maxTokens - 1, this.room - 1, target.maxPassSize - 1, longestDraft);
    const choice = await this.#draft(kind, room);
    const draftTokens = choice.draft?.tokens.slice(0, choice.length) ?? [];

    const before = performance.now();
    const start = this.#text.length - 1;
    const { company } = target;
    const count = Math.max(leastCandidates, sampler.candidateCount);
    await this.#evaluate([this.#text[start]!, ...draftTokens], draftTokens.length + 1, count);

    let accepted = 0;
    let committed = 0;
    let mismatch = false;
    for (let i = 0; i <= draftTokens.length; i++) {
      const candidates = await target.candidates(i, count);
      const token = sampler.sample(candidates, this.#text.length, this.#text);
      const matches = i < draftTokens.length && draftTokens[i] === token;
      this.#observe(candidates);
      this.#text.push(token);
      committed++;
      if (matches) accepted++;
      else mismatch = i < draftTokens.length;
      const verdict = onToken(token, matches ? choice.draft!.drafter : "target");
      if (!matches || verdict === "stop") break;
    }
    const passMs = performance.now() - before;
    await this.#rollback(this.#text.length - 1);

    const tokens = this.#text.slice(-committed);
    for (const drafter of this.#o.drafters) drafter.commit(tokens);
    const size = draftTokens.length + 1;
    this.counts.roundsBySize.set(size, (this.counts.roundsBySize.get(size) ?? 0) + 1);
    // The time of a shared pass is the others' too.
    if (company === 0) this.#o.onPass?.(passMs / costs.relative(size));
    this.#count(choice, draftTokens.length, accepted);
    const outcome = { draftedCount: draftTokens.length, acceptedCount: accepted, mismatch, kind };
    if (this.#o.drafters.length > 0) {
      controller.commit(tokens);
      controller.observeRound({ draft: choice.draft, ...outcome, company, passMs });
    }
    // The next choice can do without this one time.
    if (company === 0) this.defer(() => costs.observe(size, passMs));
    return committed;
  }

  /**
   * Puts tokens into the text that the target did not choose (a wrap-up, a closing marker).
   * @param tokens may be none, where the text only has to lose its end
   * @param dropLast drops the last token first (an end-of-text that is not to stand).
   */
  async force(tokens: readonly number[], dropLast = false): Promise<void> {
    if (tokens.length === 0 && !dropLast) return;
    const { target } = this.#o;
    if (dropLast) this.#text.pop();
    this.#text.push(...tokens);
    // All but the very last token are evaluated; the next round evaluates that one, anew where nothing follows what was
    // dropped.
    await this.#rollback(this.#text.length - 1);
    await this.#evaluateAll(this.#text.slice(target.length, -1));
    for (const drafter of this.#o.drafters) drafter.begin(this.#text);
    this.#o.controller.interrupt();
  }

  /**
   * Looks at what the target would say, greedily, if `lead` stood at the end of the text; the text stays as it is. The
   * target has to be one that can roll back, and lead, draft and what it says have to fit into the context.
   * @param draft a guess of what it says: its first pass verifies it along with the lead
   * @param onToken told each token and its probability (0..1)
   * @param onPass asked before each further pass; false ends the probe
   */
  async probe(
    lead: readonly number[],
    draft: readonly number[],
    onToken: (token: number, probability: number) => "continue" | "stop",
    onPass: () => boolean,
  ): Promise<void> {
    const { target } = this.#o;
    const start = this.#text.length - 1;
    let verified = draft.slice(0, target.maxPassSize - 1);
    const all = [this.#text[start]!, ...lead, ...verified];
    // A long lead takes several passes.
    const ahead = Math.max(0, all.length - target.maxPassSize);
    await this.#evaluateAll(all.slice(0, ahead));
    await this.#evaluate(all.slice(ahead), verified.length + 1, probeCandidates);
    for (let i = 0; ; i++) {
      const candidates = await target.candidates(i, probeCandidates);
      const token = candidates.tokens[0]!;
      if (onToken(token, topProbability(candidates)) === "stop") break;
      if (verified[i] === token) continue;
      if (!onPass()) break;
      target.rollback(target.length - (verified.length - i));
      await this.#evaluate([token], 1, probeCandidates);
      verified = [];
      i = -1;
    }
    target.rollback(start);
  }

  /** The likeliest next token that `accepts` takes, of the few that have any weight; null: none. The text stays as it is. */
  async likeliest(accepts: (token: number) => boolean): Promise<number | null> {
    const { target } = this.#o;
    const start = this.#text.length - 1;
    await this.#evaluate([this.#text[start]!], 1, probeCandidates);
    const { tokens } = await target.candidates(0, probeCandidates);
    await this.#rollback(start);
    return tokens.find(accepts) ?? null;
  }

  /** Drops positions from `length` on; a cache that cannot drop a suffix is empty then, and is filled again. */
  async #rollback(length: number): Promise<void> {
    if (!this.#o.target.rollback(length)) await this.#evaluateAll(this.#text.slice(0, length));
  }

  async #evaluateAll(tokens: readonly number[]): Promise<void> {
    // The size that may be taken changes as others come and go.
    for (let from = 0, size = 0; from < tokens.length; from += size) {
      size = Math.min(this.#o.target.maxPassSize, tokens.length - from);
      await this.#evaluate(tokens.slice(from, from + size), 0);
    }
  }

  /** @param count of the candidates that are looked at first, 0 = none */
  async #evaluate(tokens: readonly number[], outputs: number, count = 0): Promise<void> {
    const { target } = this.#o;
    this.counts.targetPasses++;
    if (target.company > 0) this.counts.sharedPasses++;
    await target.evaluate(tokens, outputs, count, this.#settle);
    // Where nothing runs beside this thread it has not been done.
    this.settle();
  }

  readonly #settle = () => this.settle();

  async #draft(kind: TextKind, room: number): Promise<Choice> {
    if (room <= 0) return { draft: null, length: 0 };
    const { controller, drafters, target } = this.#o;
    const drafts: Draft[] = [];
    for (const drafter of drafters) {
      if (!drafter.cheap) {
        const most = Math.min(room, drafter.room ?? room);
        drafts.push(...(await this.#draftDearly(drafter, drafts, kind, most)));
        continue;
      }
      const before = performance.now();
      drafts.push(...(await drafter.draft(room)));
      this.#statsOf(drafter.name).draftMs += performance.now() - before;
    }
    return controller.choose(drafts, kind, room, target.company);
  }

  /** With a drafter that costs time, if the controller wants to spend it beside the `drafts` that there are. */
  async #draftDearly(drafter: Drafter, drafts: readonly Draft[], kind: TextKind, room: number): Promise<Draft[]> {
    const { controller, target } = this.#o;
    const unread = drafter.unread ?? 0;
    const length = controller.wantsModelDraft(kind, room, { company: target.company, unread, drafts });
    if (length <= 0) return [];
    // Once reading or drafting is under way: it may take seconds, for which what was put off is not to wait.
    setImmediate(this.#settle);
    const start = performance.now();
    if (unread > 0) await drafter.read?.();
    const read = performance.now();
    const made = await drafter.draft(length);
    const end = performance.now();
    this.#statsOf(drafter.name).draftMs += end - start;
    controller.observeDrafting(made[0] ?? null, { readMs: read - start, draftMs: end - read });
    return made;
  }

  #observe(candidates: Candidates): void {
    const previous = this.#text.at(-2) ?? -1;
    const token = this.#text.at(-1)!;
    for (const drafter of this.#o.drafters) drafter.observe?.(previous, token, candidates);
  }

  #statsOf(drafter: DrafterName): DrafterStats {
    this.counts.byDrafter[drafter] ??= {
      rounds: 0,
      draftedTokens: 0,
      acceptedTokens: 0,
      draftMs: 0,
      acceptedPerPosition: [],
    };
    return this.counts.byDrafter[drafter];
  }

  #count(choice: Choice, drafted: number, accepted: number): void {
    if (!choice.draft || drafted === 0) return;
    this.counts.draftedTokens += drafted;
    this.counts.acceptedTokens += accepted;
    this.counts.roundsWithDraft++;
    const stats = this.#statsOf(choice.draft.drafter);
    stats.rounds++;
    stats.draftedTokens += drafted;
    stats.acceptedTokens += accepted;
    if (choice.draft.source === "workspace" && accepted > 0)
      stats.acceptedFromWorkspace = (stats.acceptedFromWorkspace ?? 0) + accepted;
    for (let i = 0; i < accepted; i++) stats.acceptedPerPosition[i] = (stats.acceptedPerPosition[i] ?? 0) + 1;
  }
}

/** Probability of the likeliest candidate among all of them. */
function topProbability({ logits }: Candidates): number {
  return 1 / logits.reduce((sum, logit) => sum + Math.exp(logit - logits[0]!), 0);
}
