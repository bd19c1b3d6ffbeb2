import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { type DownloadProgress, download } from "../../../src/models/download.ts";
import { HttpSource } from "../../../src/models/sources/http.ts";
import { ModelStore } from "../../../src/models/store.ts";
import { fileServer, serve } from "./support/fileServer.ts";
import { temporaryFolder } from "./support/folder.ts";
import { modelOf, sha256, testContent } from "./support/model.ts";
import { downloadElsewhere } from "./support/otherProcess.ts";

const content = testContent(400_000);

function setUp() {
  const model = modelOf(content);
  const folder = temporaryFolder();
  const store = new ModelStore({ folder, models: [model] });
  const progress: DownloadProgress[] = [];
  const fetch = (url: string, onProgress?: (one: DownloadProgress) => void, signal?: AbortSignal) =>
    download(model, store, {
      sources: [new HttpSource(url)],
      onProgress: (one) => {
        progress.push(one);
        onProgress?.(one);
      },
      signal,
    });
  return { model, folder, store, path: store.path(model), progress, fetch };
}

test("a second process waits for the first one and finds the file", async () => {
  let goOn = () => {};
  const server = await fileServer(
    serve(content, { breakOff: { afterBytes: 150_000, by: (resume) => (goOn = resume) } }),
  );
  const { model, folder, path, progress, fetch } = setUp();
  const other = await downloadElsewhere({ model, folder, url: server.origin });
  await other.until((one) => one.receivedBytes === 150_000);
  const mine = fetch(server.origin, (one) => one.phase === "waiting" && one.receivedBytes === 150_000 && goOn());
  expect(await mine).toBe(path);
  expect(await other.result).toBe(path);
  expect(server.requests).toHaveLength(1);
  expect(sha256(readFileSync(path))).toBe(model.sha256);
  expect(progress.some((one) => one.phase === "downloading")).toBe(false);
  expect(readdirSync(dirname(path)).sort()).toEqual(["test.gguf", "verified.json"]);
});

test("waiting can be cancelled, and does not disturb the one that downloads", async () => {
  let goOn = () => {};
  const server = await fileServer(
    serve(content, { breakOff: { afterBytes: 150_000, by: (resume) => (goOn = resume) } }),
  );
  const { model, folder, path, fetch } = setUp();
  const other = await downloadElsewhere({ model, folder, url: server.origin });
  await other.until((one) => one.receivedBytes === 150_000);
  const stop = new AbortController();
  const mine = fetch(server.origin, (one) => one.phase === "waiting" && stop.abort(), stop.signal);
  await expect(mine).rejects.toMatchObject({ code: "cancelled" });
  goOn();
  expect(await other.result).toBe(path);
});

test("when the process that downloads is killed, the waiting one goes on from its bytes", {
  timeout: 90_000,
}, async () => {
  const server = await fileServer(serve(content, { breakOff: { afterBytes: 150_000, by: "stall" } }), serve(content));
  const { model, folder, path, progress, fetch } = setUp();
  const other = await downloadElsewhere({ model, folder, url: server.origin });
  await other.until((one) => one.receivedBytes === 150_000);
  const mine = fetch(server.origin, (one) => one.phase === "waiting" && other.child.kill("SIGKILL"));
  expect(await mine).toBe(path);
  expect(await other.result).toBe("ended: SIGKILL");
  expect(progress.some((one) => one.phase === "waiting")).toBe(true);
  expect(server.requests[1]!.range).toBe("bytes=150000-");
  expect(sha256(readFileSync(path))).toBe(model.sha256);
});
