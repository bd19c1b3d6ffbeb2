import { expect, test } from "vitest";
import { ModelTurns } from "../../../src/client/modelTurns.ts";

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("one model at a time, several turns of it together, first come first served", async () => {
  const turns = new ModelTurns();
  const begun: string[] = [];
  const begin = (name: string, key: string) =>
    turns.begin(key).then((end) => {
      begun.push(name);
      return end;
    });
  const a1 = await begin("a1", "a");
  const a2 = await begin("a2", "a");
  const b1 = begin("b1", "b");
  // Same model as the running ones, but it came after b1.
  const a3 = begin("a3", "a");
  await settled();
  expect(begun).toEqual(["a1", "a2"]);
  a1();
  a1();
  await settled();
  expect(begun).toEqual(["a1", "a2"]);
  a2();
  await settled();
  expect(begun).toEqual(["a1", "a2", "b1"]);
  (await b1)();
  await settled();
  expect(begun).toEqual(["a1", "a2", "b1", "a3"]);
  (await a3)();
});

test("who gives up waiting holds up nobody behind it", async () => {
  const turns = new ModelTurns();
  const begun: string[] = [];
  const begin = async (name: string, key: string, signal?: AbortSignal) => {
    const end = await turns.begin(key, signal);
    begun.push(name);
    return end;
  };
  const a1 = await begin("a1", "a");
  const abort = new AbortController();
  const b1 = begin("b1", "b", abort.signal);
  const a2 = begin("a2", "a");
  const b2 = begin("b2", "b");
  await settled();
  expect(begun).toEqual(["a1"]);
  abort.abort();
  await expect(b1).rejects.toMatchObject({ code: "cancelled" });
  await settled();
  expect(begun).toEqual(["a1", "a2"]);
  (await a2)();
  a1();
  const b2Ends = await b2;
  expect(begun).toEqual(["a1", "a2", "b2"]);
  // Its turn had come when it gave up, or it had before it asked: either way the turn is given back.
  const late = new AbortController();
  const a3 = begin("a3", "a", late.signal);
  b2Ends();
  late.abort();
  await expect(a3).rejects.toMatchObject({ code: "cancelled" });
  await expect(begin("a4", "a", AbortSignal.abort())).rejects.toMatchObject({ code: "cancelled" });
  await begin("b3", "b");
  expect(begun.at(-1)).toBe("b3");
});
