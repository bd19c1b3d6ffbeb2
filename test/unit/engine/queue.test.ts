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
      { signal: abort.signal, result: () => "left" },
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
    const aborted = { signal: AbortSignal.abort(), result: () => "left" };
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
});
