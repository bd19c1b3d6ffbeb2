/**
 * How long it takes until another server goes on: on a clock of the test's own, so that a busy machine changes nothing. The
 * same over real connections is in failover.test.ts.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { HunchError } from "../../../../../src/common/errors.ts";
import type { GenerateParams, GenerationEvent, GenerationResult } from "../../../../../src/common/protocol.ts";
import type { GenerationHooks, RunningGeneration } from "../../../../../src/engine/backends/backend.ts";
import { FailoverGeneration } from "../../../../../src/engine/backends/openai/failoverGeneration.ts";
import { SilentError } from "../../../../../src/engine/backends/openai/serverErrors.ts";
import { type Candidate, type Member, ServerPool } from "../../../../../src/engine/backends/openai/serverPool.ts";
import { result, tokens } from "../../../features/support.ts";
import { why } from "./params.ts";

/** What fail-over may take (ms). */
const boundMs = 2_000;
const answerMs = 15;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const never = new AbortController().signal;
const pass = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A server that answers after `answerMs`, until it hangs. */
class Timed implements Candidate {
  readonly host: string;
  hangs = false;
  /** Time that its list of models takes (ms). */
  listMs = answerMs;
  checks = 0;
  asked = 0;
  /** Writes a word and hangs with it, or writes one after this long (ms). */
  readonly #writes: "a word and hangs" | number;

  constructor(host: string, writes: "a word and hangs" | number = answerMs) {
    this.host = host;
    this.#writes = writes;
  }

  async check(timeoutMs: number): Promise<HunchError | null> {
    this.checks++;
    const takesMs = this.hangs ? Number.POSITIVE_INFINITY : this.listMs;
    await pass(Math.min(takesMs, timeoutMs));
    return takesMs > timeoutMs ? this.#silent(timeoutMs) : null;
  }

  async reach(waitMs: number): Promise<this> {
    const error = await this.check(waitMs);
    if (error) throw error;
    return this;
  }

  async generation(_: GenerateParams, hooks: GenerationHooks): Promise<RunningGeneration> {
    this.asked++;
    return { answerNow: () => {}, run: () => this.#run(hooks) };
  }

  notBegun(): GenerationResult {
    return result({ stopReason: "cancelled" });
  }

  async #run({ emit, signal }: GenerationHooks): Promise<GenerationResult> {
    if (typeof this.#writes === "number") {
      await pass(this.#writes);
      emit([tokens("answer", [this.host])]);
      return result({ answer: this.host });
    }
    this.hangs = true;
    emit([tokens("answer", ["It is "])]);
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    return result({ answer: "It is ", stopReason: "cancelled" });
  }

  #silent(waitMs: number): HunchError {
    return new SilentError(new URL(`http://${this.host.replaceAll(/\W/g, "")}`), waitMs);
  }
}

/** @param reached servers that are known already; the others have to be asked what they are */
function pool(servers: readonly Timed[], reached: readonly Timed[] = servers): ServerPool<Timed> {
  const members = servers.map(
    (server): Member<Timed> => ({
      backend: reached.includes(server) ? server : null,
      reach: (waitMs) => server.reach(waitMs),
      failedAt: Number.NEGATIVE_INFINITY,
    }),
  );
  return new ServerPool(members, servers[0]!, () => {});
}

/** Asks, and tells the time from the last word of a server that hangs, or from the question, to the next word (ms). */
async function gap(servers: ServerPool<Timed>): Promise<{ result: GenerationResult; gapMs: number }> {
  let heardAt = performance.now();
  let gapMs = 0;
  const emit = (events: GenerationEvent[]) => {
    if (!events.some((event) => event.type === "tokens")) return;
    gapMs = Math.max(gapMs, performance.now() - heardAt);
    heardAt = performance.now();
  };
  const generation = new FailoverGeneration(servers, why("off"), {
    emit,
    signal: never,
    queueMs: 0,
  });
  const running = generation.run();
  await vi.advanceTimersByTimeAsync(60_000);
  return { result: await running, gapMs };
}

const hung = (host: string) => Object.assign(new Timed(host), { hangs: true });

describe("another server goes on within two seconds", () => {
  test.each([1, 2, 4])("where one hangs in its answer, and the %i after it hang, too", async (count) => {
    const others = Array.from({ length: count }, (_, i) => hung(`hung ${i}`));
    const last = new Timed("so.");
    const { result, gapMs } = await gap(pool([new Timed("first", "a word and hangs"), ...others, last]));
    expect(result.answer).toBe("It is so.");
    expect(gapMs).toBeLessThanOrEqual(boundMs);
    // What was learnt while the first was silent is not asked again.
    expect([...others, last].map(({ checks }) => checks)).toEqual(Array(count + 1).fill(1));
  });

  test.each([1, 2, 4])("where %i hang as the question is asked", async (count) => {
    const others = Array.from({ length: count }, (_, i) => hung(`hung ${i}`));
    const { result, gapMs } = await gap(pool([...others, new Timed("so.")]));
    expect(result.answer).toBe("so.");
    expect(gapMs).toBeLessThanOrEqual(boundMs);
  });

  test("where those after it were never reached", async () => {
    const first = new Timed("first", "a word and hangs");
    const { result, gapMs } = await gap(pool([first, hung("b"), hung("c"), new Timed("so.")], [first]));
    expect(result.answer).toBe("It is so.");
    expect(gapMs).toBeLessThanOrEqual(boundMs);
    const { gapMs: atStart } = await gap(pool([hung("a"), hung("b"), new Timed("so.")], []));
    expect(atStart).toBeLessThanOrEqual(boundMs);
  });
});

test("two questions at once ask a server once what it is, and the same one answers both", async () => {
  const server = new Timed("so.");
  const servers = pool([server], []);
  const asked = Promise.all([servers.next(new Set(), never), servers.next(new Set(), never)]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect((await asked).map(({ backend }) => backend)).toEqual([server, server]);
  expect(server.checks).toBe(1);
});

describe("a server is not left", () => {
  test("that gives signs of life, however long it takes; nobody else is asked", async () => {
    const [slow, other] = [new Timed("late", 20_000), new Timed("never asked")];
    expect((await gap(pool([slow, other]))).result.answer).toBe("late");
    expect([other.checks, other.asked]).toEqual([0, 0]);
  });

  test("that misses one question, or while no other gives a sign of life", async () => {
    const busy = new Timed("late", 5_000);
    const missing = vi.spyOn(busy, "check");
    missing.mockImplementationOnce(async () => null);
    missing.mockImplementationOnce(async (timeoutMs) => {
      await pass(timeoutMs);
      return new HunchError("backendUnreachable", "silent");
    });
    const other = new Timed("never asked");
    expect((await gap(pool([busy, other]))).result.answer).toBe("late");
    const alone = new Timed("late", 5_000);
    vi.spyOn(alone, "check").mockImplementation(async (timeoutMs) => {
      if (alone.asked === 0) return null;
      await pass(timeoutMs);
      return new HunchError("backendUnreachable", "silent");
    });
    expect((await gap(pool([alone, hung("b")]))).result.answer).toBe("late");
    expect(other.asked).toBe(0);
  });
});

describe("servers that take their time to list their models", () => {
  const slow = (host: string, listMs: number, writes?: number) => Object.assign(new Timed(host, writes), { listMs });

  test.each(["reached before", "never reached"])(
    "answer, each where the others are silent for good: %s",
    async (known) => {
      for (const order of [0, 1]) {
        const servers = [slow("so.", 2_000), hung("b")];
        if (order === 1) servers.reverse();
        const { result } = await gap(pool(servers, known === "reached before" ? servers : []));
        expect(result.answer).toBe("so.");
      }
    },
  );

  test("are not said to have been passed over by themselves", async () => {
    const servers = pool([slow("a", 2_000), slow("b", 5_000)]);
    const turn = servers.next(new Set(), never);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await turn).toMatchObject({ backend: { host: "a" }, passedOver: [] });
  });

  test("are not left in the middle of an answer, as soon as it is known that they do", async () => {
    const [busy, other] = [slow("late", 900, 20_000), hung("never asked")];
    setTimeout(() => {
      other.hangs = false;
    }, 5_000);
    expect((await gap(pool([busy, other]))).result.answer).toBe("late");
    expect(other.asked).toBe(0);
  });

  test("are waited for no longer once the user stops", async () => {
    const abort = new AbortController();
    const hooks: GenerationHooks = { emit: () => {}, signal: abort.signal, queueMs: 0 };
    const stopped = new FailoverGeneration(pool([hung("a"), hung("b")]), why("off"), hooks).run();
    setTimeout(() => abort.abort(), 3_000);
    await vi.advanceTimersByTimeAsync(3_000);
    const result = await Promise.race([stopped, "still waiting"]);
    expect(result).toMatchObject({ stopReason: "cancelled" });
  });

  test("but not those that are gone", async () => {
    const gone = new HunchError("backendUnreachable", "nothing listens there");
    const servers = [new Timed("a"), new Timed("b")];
    for (const server of servers) vi.spyOn(server, "check").mockResolvedValue(gone);
    const turn = await pool(servers).next(new Set(), never);
    expect(turn).toEqual({ backend: null, passedOver: [gone, gone] });
  });
});
