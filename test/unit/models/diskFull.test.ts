import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { isDiskFull } from "../../../src/models/diskSpace.ts";
import { download } from "../../../src/models/download.ts";
import { PartialFile } from "../../../src/models/partialFile.ts";
import { HttpSource } from "../../../src/models/sources/http.ts";
import { ModelStore } from "../../../src/models/store.ts";
import { fileServer, serve } from "./support/fileServer.ts";
import { temporaryFolder } from "./support/folder.ts";
import { modelOf, sha256, testContent } from "./support/model.ts";

const content = testContent(1_500_000);

/** In a mount namespace of its own: only a try. */
const canMount =
  process.platform === "linux" && spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;

/** A disk of 4 MB. */
function smallDisk(): string {
  const folder = temporaryFolder();
  expect(spawnSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", folder]).status).toBe(0);
  onTestFinished(() => void spawnSync("umount", ["-l", folder]));
  return folder;
}

describe.skipIf(!canMount)("on a real small disk (tmpfs, needs root)", () => {
  test("too little space is noticed before a byte is fetched", async () => {
    const folder = smallDisk();
    writeFileSync(join(folder, "filler"), Buffer.alloc(3_000_000));
    const server = await fileServer(serve(content));
    const model = modelOf(content);
    const store = new ModelStore({ folder, models: [model] });
    await expect(download(model, store, { sources: [new HttpSource(server.origin)] })).rejects.toMatchObject({
      code: "diskFull",
      message: expect.stringMatching(/free, the download needs 3\.00 MB more/),
      hint: expect.stringContaining("HUNCH_MODELS"),
    });
    expect(existsSync(store.partialPath(model))).toBe(false);
  });

  test("a disk that fills up midway keeps what has arrived, and the next download goes on", async () => {
    const folder = smallDisk();
    const filler = join(folder, "filler");
    const model = modelOf(content);
    const store = new ModelStore({ folder, models: [model] });
    const fill = async (resume: () => void) => {
      await expect.poll(() => statBytes(store.partialPath(model))).toBe(500_000);
      // Another program takes the rest of the disk.
      expect(() => writeFileSync(filler, Buffer.alloc(8_000_000))).toThrow(/ENOSPC/);
      resume();
    };
    const server = await fileServer(serve(content, { breakOff: { afterBytes: 500_000, by: fill } }), serve(content));
    const fetch = () => download(model, store, { sources: [new HttpSource(server.origin)] });
    await expect(fetch()).rejects.toMatchObject({
      code: "diskFull",
      message: expect.stringMatching(/filled up/),
      hint: expect.stringMatching(/goes on/),
    });
    const kept = statBytes(store.partialPath(model));
    expect(kept).toBeGreaterThanOrEqual(500_000);
    rmSync(filler);
    const path = await fetch();
    expect(server.requests[1]!.range).toBe(`bytes=${kept}-`);
    expect(sha256(readFileSync(path))).toBe(model.sha256);
  });
});

test.skipIf(process.platform !== "linux")("the disk's refusal to write is understood (/dev/full)", async () => {
  const path = join(temporaryFolder(), "model.part");
  symlinkSync("/dev/full", path);
  const handle = await new PartialFile(path).openAt(0);
  onTestFinished(() => handle.close());
  const refusal = await handle.appendFile(content).catch((error: unknown) => error);
  expect(isDiskFull(refusal)).toBe(true);
  expect(isDiskFull(new Error("another"))).toBe(false);
});

function statBytes(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}
