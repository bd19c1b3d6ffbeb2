import { expect, it } from "vitest";
import { History } from "../../../src/webview/history.ts";

it("a short conversation is drawn at once", () => {
  const history = new History();
  history.open(12);
  expect([history.first, history.step()]).toEqual([0, false]);
});

it("a long one from its end, in steps, until all is there", () => {
  const history = new History();
  history.open(40);
  const seen = [history.first];
  while (history.step()) seen.push(history.first);
  expect(seen).toEqual([28, 20, 12, 4, 0]);
});

it("stays where it is when turns come, and shows an end that was cut off", () => {
  const history = new History();
  history.open(40);
  history.resize(42);
  expect(history.first).toBe(28);
  history.resize(20);
  expect(history.first).toBe(8);
  history.all();
  expect(history.first).toBe(0);
});
