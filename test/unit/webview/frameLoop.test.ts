import { describe, expect, it } from "vitest";
import { FrameLoop } from "../../../src/webview/frameLoop.ts";

/** Frames every 16 ms of a clock that only moves when told. */
class FakeFrames {
  time = 0;
  #next: (() => void)[] = [];
  readonly clock = {
    requestFrame: (callback: () => void) => {
      this.#next.push(callback);
    },
    now: () => this.time,
  };
  tick(): void {
    this.time += 16;
    for (const callback of this.#next.splice(0)) callback();
  }
}

describe("FrameLoop", () => {
  it("draws once per frame however often it is asked", () => {
    const frames = new FakeFrames();
    let drawn = 0;
    const loop = new FrameLoop(() => drawn++, frames.clock);
    for (let i = 0; i < 100; i++) loop.request();
    expect(drawn).toBe(0);
    frames.tick();
    frames.tick();
    expect(drawn).toBe(1);
  });

  it("draws again when asked while drawing", () => {
    const frames = new FakeFrames();
    let drawn = 0;
    const loop: FrameLoop = new FrameLoop(() => {
      if (++drawn < 3) loop.request();
    }, frames.clock);
    loop.request();
    for (let i = 0; i < 5; i++) frames.tick();
    expect(drawn).toBe(3);
  });

  it("rests after a slow drawing for twice its time", () => {
    const frames = new FakeFrames();
    const drawnAt: number[] = [];
    const loop = new FrameLoop(() => {
      drawnAt.push(frames.time);
      frames.time += 40;
    }, frames.clock);
    loop.request();
    frames.tick();
    loop.request();
    for (let i = 0; i < 10; i++) frames.tick();
    expect(drawnAt).toHaveLength(2);
    expect(drawnAt[1]! - drawnAt[0]!).toBeGreaterThanOrEqual(3 * 40);
  });

  it("goes on after a drawing that failed", () => {
    const frames = new FakeFrames();
    let drawn = 0;
    const loop = new FrameLoop(() => {
      if (++drawn === 1) throw new Error("broken block");
    }, frames.clock);
    loop.request();
    expect(() => frames.tick()).toThrow("broken block");
    loop.request();
    frames.tick();
    expect(drawn).toBe(2);
  });
});
