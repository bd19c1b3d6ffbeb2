/**
 * Lanes: what one generation has to itself beside the others, a sequence of the model's context and the drafters that hold
 * its text. A generation takes the lane whose cache holds the most of its prompt, and gives it back with what it has
 * added.
 */
import { commonPrefix } from "../../cache/prefix.ts";
import { RecyclingDrafter, Successors } from "../../speculation/drafters/recycling.ts";
import { SuffixDrafter } from "../../speculation/drafters/suffix.ts";
import type { NativeSequence } from "./sequence.ts";

/** Taking over another lane's cache costs about as much as reading this many tokens. */
const leastCopied = 64;

export class Lane {
  readonly suffix = new SuffixDrafter();
  readonly recycling: RecyclingDrafter;
  readonly sequence: NativeSequence;
  isFree = true;
  /** Number of the last generation that had it. */
  usedAt = 0;

  constructor(sequence: NativeSequence, successors: Successors) {
    this.sequence = sequence;
    this.recycling = new RecyclingDrafter(successors);
  }
}

export interface LaneOptions {
  first: NativeSequence;
  /** Lanes at most. */
  most: number;
  /** Makes `most` of them. @throws when that can not be done */
  addSequences: (total: number) => Promise<NativeSequence[]>;
  log: (level: "info" | "warn", message: string) => void;
}

export class Lanes {
  readonly #o: LaneOptions;
  readonly #successors = new Successors();
  readonly #lanes: Lane[];
  #most: number;
  #growing: Promise<void> | null = null;
  #waiters: (() => void)[] = [];
  #generations = 0;

  constructor(options: LaneOptions) {
    this.#o = options;
    this.#most = options.most;
    this.#lanes = [new Lane(options.first, this.#successors)];
  }

  /** Generations that can run side by side. */
  get most(): number {
    return this.#most;
  }

  /**
   * A lane for this prompt, to be given back with {@link release}. Waits while all are taken.
   * @param beforeCopy waited for before the lane's cache is replaced by what another holds of the prompt
   */
  async take(prompt: readonly number[], beforeCopy?: (sequence: NativeSequence) => Promise<void>): Promise<Lane> {
    let lane = this.#best(prompt);
    while (!lane) {
      if (this.#lanes.length < this.#most) await this.#grow();
      else await new Promise<void>((resolve) => this.#waiters.push(resolve));
      lane = this.#best(prompt);
    }
    lane.isFree = false;
    lane.usedAt = ++this.#generations;
    const { sequence } = lane;
    try {
      if (this.#betterFor(sequence, prompt)) await beforeCopy?.(sequence);
      await sequence.enter();
      // What the others hold may have changed meanwhile.
      const source = this.#betterFor(sequence, prompt);
      if (source) await sequence.copyFrom(source, prompt);
    } catch (error) {
      this.release(lane);
      throw error;
    }
    return lane;
  }

  release(lane: Lane): void {
    lane.sequence.leave();
    lane.isFree = true;
    this.#waiters.shift()?.();
  }

  /** Of the further lanes; the first sequence belongs to the model. */
  async dispose(): Promise<void> {
    for (const { sequence } of this.#lanes.slice(1)) await sequence.dispose();
  }

  /**
   * The free lane that keeps the most of what is cached: the one that holds the most of the prompt, unless more than half
   * of what it holds would be lost, which may be a conversation that goes on; then the one not used for longest.
   */
  #best(prompt: readonly number[]): Lane | null {
    const free = this.#lanes.filter(({ isFree }) => isFree);
    if (free.length === 0) return null;
    const closest = mostInCommon(free, prompt);
    const { tokens } = closest.sequence;
    if (commonPrefix(tokens, prompt) * 2 > tokens.length) return closest;
    return free.reduce((oldest, lane) => (lane.usedAt < oldest.usedAt ? lane : oldest));
  }

  /** The sequence whose cache holds so much more of the prompt that copying it is worth its while; null: there is none. */
  #betterFor(sequence: NativeSequence, prompt: readonly number[]): NativeSequence | null {
    const { sequence: source } = mostInCommon(this.#lanes, prompt);
    const gain = commonPrefix(source.tokens, prompt) - commonPrefix(sequence.tokens, prompt);
    return gain >= leastCopied ? source : null;
  }

  /** Makes all lanes now; without that, when a second generation comes. */
  async open(): Promise<void> {
    if (this.#lanes.length < this.#most) await this.#grow();
  }

  #grow(): Promise<void> {
    this.#growing ??= this.#addLanes().finally(() => {
      this.#growing = null;
    });
    return this.#growing;
  }

  /** Without memory for more, generations go on one after another. */
  async #addLanes(): Promise<void> {
    const { addSequences, log } = this.#o;
    try {
      const before = performance.now();
      const sequences = await addSequences(this.#most);
      this.#lanes.push(...sequences.map((sequence) => new Lane(sequence, this.#successors)));
      log("info", `${this.#lanes.length} generations can run at once (${Math.round(performance.now() - before)} ms)`);
    } catch (error) {
      log("warn", `generations run one at a time: ${error instanceof Error ? error.message : String(error)}`);
      this.#most = this.#lanes.length;
    }
  }
}

function mostInCommon(lanes: readonly Lane[], prompt: readonly number[]): Lane {
  const common = (lane: Lane) => commonPrefix(lane.sequence.tokens, prompt);
  return lanes.reduce((best, lane) => (common(lane) > common(best) ? lane : best));
}
