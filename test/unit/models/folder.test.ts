import { dirname } from "node:path";
import { afterEach, expect, test, vi } from "vitest";

const host = vi.hoisted(() => ({ name: "" }));
vi.mock("../../../src/common/thisHost.ts", () => ({
  get thisHost() {
    return host.name;
  },
}));
afterEach(() => vi.resetModules());

/** As a program on this machine has it. */
async function placeOn(name: string) {
  vi.resetModules();
  host.name = name;
  const { sharedEnginePlace } = await import("../../../src/models/folder.ts");
  return sharedEnginePlace({ env: {}, platform: "linux", home: "/h" });
}

test("machines with one home folder meet at a shared engine each of its own, in a path short enough for a socket", async () => {
  const [one, other] = [await placeOn("01234567"), await placeOn("89abcdef")];
  expect(await placeOn("01234567")).toEqual(one);
  expect(one.folder).not.toBe(other.folder);
  for (const { folder, formerFolder } of [one, other]) {
    expect(formerFolder).toBe("/h/.cache/hunch/shared-engine");
    expect(dirname(folder)).toBe(formerFolder);
    expect(folder.length - formerFolder.length).toBeLessThan(10);
  }
});
