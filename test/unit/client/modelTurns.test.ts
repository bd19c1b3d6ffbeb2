import { expect, test } from "vitest";
import { ModelTurns } from "../../../src/client/modelTurns.ts";

test("one model at a time, several turns of it together, first come first served", async () => {
  const turns = new ModelTurns();
  const begun: string[] = [];
  const begin = (name: string, key: string) =>
    turns.begin(key).then((end) => {
      begun.push(name);
      return end;
    });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
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
