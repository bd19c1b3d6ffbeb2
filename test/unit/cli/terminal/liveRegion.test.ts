import { expect, test } from "vitest";
import { LiveRegion } from "../../../../src/cli/terminal/liveRegion.ts";
import { VirtualScreen } from "./virtualScreen.ts";

test("lines stay, live lines are replaced, nothing is left at the end", async () => {
  const screen = new VirtualScreen(20, 6);
  const region = new LiveRegion(screen);
  region.update(["one"], ["live a", "live b", "status"]);
  expect(await screen.lines()).toEqual(["one", "live a", "live b", "status"]);
  region.update(["two", "three"], ["status 2"]);
  expect(await screen.lines()).toEqual(["one", "two", "three", "status 2"]);
  region.update([], []);
  region.update(["four"], []);
  region.close();
  expect(await screen.lines()).toEqual(["one", "two", "three", "four"]);
});

test("more lines than the screen has: each once, in order", async () => {
  const screen = new VirtualScreen(20, 5);
  const region = new LiveRegion(screen);
  for (let i = 0; i < 30; i++) region.update([`line ${i}`], [`tail of ${i}`, "status"]);
  region.update(["x", "y", "z", "a", "b", "c", "d"], Array(9).fill("status"));
  region.close();
  expect(await screen.lines()).toEqual([...Array(30).keys()].map((i) => `line ${i}`).concat([..."xyzabcd"]));
});

test("a window made narrower wraps the live lines; they are still replaced", async () => {
  const screen = new VirtualScreen(30, 8);
  const region = new LiveRegion(screen);
  region.update(["one"], ["a".repeat(25), "status"]);
  screen.resize(10, 8);
  region.update(["two"], ["status"]);
  region.close();
  expect(await screen.lines()).toEqual(["one", "two"]);
});

test("nothing new writes nothing; the cursor is hidden once and given back", () => {
  const screen = new VirtualScreen(20, 5);
  const region = new LiveRegion(screen);
  region.update([], []);
  region.close();
  expect(screen.written).toBe("");
  region.update([], ["status"]);
  const { written } = screen;
  region.update([], ["status"]);
  expect(screen.written).toBe(written);
  region.close();
  region.close();
  expect(screen.written.split("\x1b[?25l")).toHaveLength(2);
  expect(screen.written.split("\x1b[?25h")).toHaveLength(2);
  expect(screen.written.endsWith("\x1b[?25h")).toBe(true);
});
