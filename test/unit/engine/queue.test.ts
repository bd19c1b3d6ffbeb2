import { describe, expect, it } from "vitest";
import { FairQueue } from "../../../src/engine/queue.ts";

/** Work that ends when told to. */
function work(order: string[], name: string) {
  let finish: () => void = () => {};
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const run = async () => {
    order.push(name);
    await done;
    return name;
  };
  return { run, finish };
}
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("FairQueue", () => {
  it("runs one at a time and tells everyone their place", async () => {
    const queue = new FairQueue();
    const order: string[] = [];
    const places: Record<string, number[]> = { a: [], b: [], c: [] };
    const works = { a: work(order, "a"), b: work(order, "b"), c: work(order, "c") };
    const runs = (["a", "b", "c"] as const).map((name) =>
      queue.run(name, (place) => places[name]!.push(place), works[name].run),
    );
    await settle();
    expect(order).toEqual(["a"]);
    expect(queue.length).toBe(3);
    for (const name of ["a", "b", "c"] as const) {
      works[name].finish();
      await settle();
    }
    expect(await Promise.all(runs)).toEqual(["a", "b", "c"]);
    expect(order).toEqual(["a", "b", "c"]);
    expect(places.a).toEqual([0]);
    expect(places.b!.at(-1)).toBe(0);
    expect(places.c).toEqual([2, 1, 0]);
    expect(queue.length).toBe(0);
  });

  it("takes turns between conversations", async () => {
    const queue = new FairQueue();
    const order: string[] = [];
    const names = ["a1", "a2", "a3", "b1"];
    const runs = names.map((name) =>
      queue.run(
        name[0]!,
        () => {},
        async () => void order.push(name),
      ),
    );
    await Promise.all(runs);
    expect(order).toEqual(["a1", "b1", "a2", "a3"]);
  });

  it("takes turns between clients, whatever the number of their conversations", async () => {
    const queue = new FairQueue();
    const order: string[] = [];
    const run = (clientId: string, conversationId: string) =>
      queue.run(
        conversationId,
        () => {},
        async () => void order.push(conversationId),
        { clientId },
      );
    await Promise.all([run("a", "a1"), run("a", "a2"), run("a", "a3"), run("b", "b1"), run("b", "b2")]);
    expect(order).toEqual(["a1", "b1", "a2", "b2", "a3"]);
  });

  it("asks whether work has to be alone when its turn may come, and lets others in when it need not be any more", async () => {
    const queue = new FairQueue();
    queue.capacity = 2;
    const order: string[] = [];
    let loaded = "model a";
    const first = work(order, "first");
    const swap = work(order, "swap");
    const beside = work(order, "beside");
    let share = () => {};
    const needs = (model: string) => () => loaded !== model;
    const runs = [
      queue.run("1", () => {}, first.run, { alone: needs("model a") }),
      queue.run(
        "2",
        () => {},
        (turn) => {
          loaded = "model b";
          share = turn.share;
          return swap.run();
        },
        { alone: needs("model b") },
      ),
      queue.run("3", () => {}, beside.run, { alone: needs("model b") }),
    ];
    await settle();
    expect(order).toEqual(["first"]);
    first.finish();
    await settle();
    expect(order).toEqual(["first", "swap"]);
    share();
    await settle();
    expect(order).toEqual(["first", "swap", "beside"]);
    swap.finish();
    beside.finish();
    expect(await Promise.all(runs)).toEqual(["first", "swap", "beside"]);
  });

  it("goes on after work that fails", async () => {
    const queue = new FairQueue();
    const failing = queue.run(
      "a",
      () => {},
      async () => Promise.reject(new Error("no")),
    );
    const next = queue.run(
      "b",
      () => {},
      async () => "b",
    );
    await expect(failing).rejects.toThrow("no");
    expect(await next).toBe("b");
  });

  it("lets an aborted wait leave, and the others move up", async () => {
    const queue = new FairQueue();
    const first = work([], "a");
    const running = queue.run("a", () => {}, first.run);
    const abort = new AbortController();
    const places: number[] = [];
    let worked = false;
    const left = queue.run(
      "b",
      () => {},
      async () => {
        worked = true;
        return "worked beside the first";
      },
      { leaving: { signal: abort.signal, result: () => "left" } },
    );
    const last = queue.run(
      "c",
      (place) => places.push(place),
      async () => "c",
    );
    await settle();
    abort.abort();
    expect(await left).toBe("left");
    expect(worked).toBe(false);
    first.finish();
    await running;
    expect(await last).toBe("c");
    expect(places).toEqual([2, 1, 0]);
  });

  it("does not let one in that is aborted before it arrives", async () => {
    const queue = new FairQueue();
    const first = work([], "a");
    const running = queue.run("a", () => {}, first.run);
    const aborted = { leaving: { signal: AbortSignal.abort(), result: () => "left" } };
    const late = queue.run(
      "b",
      () => {},
      async () => "worked",
      aborted,
    );
    expect(await late).toBe("left");
    expect(queue.waiting).toBe(0);
    first.finish();
    await running;
  });

  it("begins idle work only when nobody waits, and gives it no place", async () => {
    const queue = new FairQueue();
    const order: string[] = [];
    const asked = { a: work(order, "a"), b: work(order, "b") };
    const idle = work(order, "idle");
    const places: Record<string, number[]> = { a: [], b: [], c: [] };
    const ask = (name: "a" | "b") => queue.run(name, (place) => places[name]!.push(place), asked[name].run);
    const first = ask("a");
    queue.whenIdle(async () => void (await idle.run()));
    const second = ask("b");
    asked.a.finish();
    await first;
    asked.b.finish();
    await second;
    await settle();
    expect(order).toEqual(["a", "b", "idle"]);
    expect(places).toMatchObject({ a: [0], b: [1, 0] });
    expect([queue.length, queue.isBusy]).toEqual([0, true]);
    const third = queue.run("c", (place) => places.c!.push(place), work(order, "c").run);
    void third;
    await settle();
    expect(queue.waiting).toBe(1);
    idle.finish();
    await settle();
    expect(order.at(-1)).toBe("c");
    expect(places.c).toEqual([0]);
  });

  it("runs as many at once as there is room for, and moves the others up", async () => {
    const queue = new FairQueue();
    queue.capacity = 2;
    const order: string[] = [];
    const places: number[] = [];
    const works = { a: work(order, "a"), b: work(order, "b"), c: work(order, "c"), d: work(order, "d") };
    for (const name of ["a", "b", "c"] as const) void queue.run(name, () => {}, works[name].run);
    void queue.run("d", (place) => places.push(place), works.d.run);
    await settle();
    expect(order).toEqual(["a", "b"]);
    expect([queue.length, queue.waiting]).toEqual([4, 2]);
    works.b.finish();
    await settle();
    expect(order).toEqual(["a", "b", "c"]);
    works.a.finish();
    await settle();
    expect(order).toEqual(["a", "b", "c", "d"]);
    expect(places).toEqual([2, 1, 0]);
    works.c.finish();
    works.d.finish();
    await settle();
    expect([queue.length, queue.isBusy]).toEqual([0, false]);
  });

  it("begins what runs alone when all others have ended, and lets nobody overtake it", async () => {
    const queue = new FairQueue();
    queue.capacity = 3;
    const order: string[] = [];
    const works = { a: work(order, "a"), b: work(order, "b"), alone: work(order, "alone"), c: work(order, "c") };
    void queue.run("a", () => {}, works.a.run);
    void queue.run("b", () => {}, works.b.run);
    void queue.run("alone", () => {}, works.alone.run, { alone: true });
    void queue.run("c", () => {}, works.c.run);
    works.a.finish();
    await settle();
    expect(order).toEqual(["a", "b"]);
    works.b.finish();
    await settle();
    expect(order).toEqual(["a", "b", "alone"]);
    works.alone.finish();
    await settle();
    expect(order).toEqual(["a", "b", "alone", "c"]);
    works.c.finish();
  });

  it("lets others go on when the one that wants to run alone gives up", async () => {
    const queue = new FairQueue();
    queue.capacity = 2;
    const order: string[] = [];
    const works = { a: work(order, "a"), b: work(order, "b") };
    const abort = new AbortController();
    const leaving = { signal: abort.signal, result: () => "left" };
    void queue.run("a", () => {}, works.a.run);
    const alone = queue.run(
      "alone",
      () => {},
      async () => "worked",
      { alone: true, leaving },
    );
    void queue.run("b", () => {}, works.b.run);
    await settle();
    expect(order).toEqual(["a"]);
    abort.abort();
    expect(await alone).toBe("left");
    await settle();
    expect(order).toEqual(["a", "b"]);
    works.a.finish();
    works.b.finish();
  });

  it("counts turns by their beginning: a conversation that has one running waits for the others", async () => {
    const queue = new FairQueue();
    queue.capacity = 2;
    const order: string[] = [];
    const works = { a1: work(order, "a1"), b1: work(order, "b1"), a2: work(order, "a2"), c1: work(order, "c1") };
    for (const name of ["a1", "b1", "a2", "c1"] as const) void queue.run(name[0]!, () => {}, works[name].run);
    works.b1.finish();
    await settle();
    expect(order).toEqual(["a1", "b1", "c1"]);
    for (const { finish } of Object.values(works)) finish();
  });
});
