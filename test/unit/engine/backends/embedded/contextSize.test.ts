import { describe, expect, it } from "vitest";
import { autoContextSize, openLargest, sizesToTry } from "../../../../../src/engine/backends/embedded/contextSize.ts";

class Shortage extends Error {}
const isShortage = (error: unknown) => error instanceof Shortage;
/** A machine with memory for so many tokens. */
const machine = (room: number) => {
  const tried: number[] = [];
  const open = async (size: number) => {
    tried.push(size);
    if (size > room) throw new Shortage(`${size}`);
    return size;
  };
  return { tried, open };
};

describe("the size of a context", () => {
  it("shrinks to what there is memory for where nobody asked for one", async () => {
    const sizes = sizesToTry(autoContextSize, true);
    expect(await openLargest(sizes, machine(10_000).open, isShortage)).toBe(8_192);
    const { open, tried } = machine(5_000);
    expect(await openLargest(sizes, open, isShortage)).toBe(4_096);
    expect(tried).toEqual([8_192, 5_734, 4_096]);
    await expect(openLargest(sizes, machine(100).open, isShortage)).rejects.toThrow(Shortage);
  });

  it("is the one that was asked for, or none", async () => {
    await expect(openLargest(sizesToTry(8_192, false), machine(5_000).open, isShortage)).rejects.toThrow("8192");
  });

  it("goes no lower than the smallest", () => {
    expect(sizesToTry(600, true)).toEqual([600, 512]);
    expect(sizesToTry(512, true)).toEqual([512]);
  });

  it("is not tried smaller where something else is wrong", async () => {
    const tried: number[] = [];
    const open = async (size: number) => {
      tried.push(size);
      throw new Error("damaged");
    };
    await expect(openLargest([4, 2], open, isShortage)).rejects.toThrow("damaged");
    expect(tried).toEqual([4]);
  });
});
