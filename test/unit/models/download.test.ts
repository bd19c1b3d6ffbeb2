import { existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import german from "../../../l10n/bundle.l10n.de.json" with { type: "json" };
import { setLocalisation } from "../../../src/common/l10n.ts";
import { catalogueSources, download } from "../../../src/models/download.ts";
import { HttpSource } from "../../../src/models/sources/http.ts";
import { ModelStore } from "../../../src/models/store.ts";
import { content, quick, setUp, statBytes, url } from "./support/downloads.ts";
import { deadOrigin, fileServer, serve, status } from "./support/fileServer.ts";
import { temporaryFolder } from "./support/folder.ts";
import { modelOf, sha256, testContent } from "./support/model.ts";

afterEach(() => setLocalisation({ language: "en", table: {} }));

test("downloads, checks, stores under the final name, and does not fetch again", async () => {
  const server = await fileServer(serve(content));
  const { model, store, path, partial, progress, fetchFrom } = setUp();
  expect(await fetchFrom(server.origin)).toBe(path);
  expect(sha256(readFileSync(path))).toBe(model.sha256);
  expect(existsSync(partial)).toBe(false);
  expect(existsSync(`${partial}.json`)).toBe(false);
  expect([...new Set(progress.map((one) => one.phase))]).toEqual(["connecting", "downloading", "verifying", "done"]);
  expect(progress.at(-1)).toMatchObject({ phase: "done", receivedBytes: content.length, totalBytes: content.length });
  expect(progress.find((one) => one.phase === "downloading")!.source).toBe(new URL(server.origin).host);

  expect(await fetchFrom(server.origin)).toBe(path);
  expect(server.requests).toHaveLength(1);
  expect((await store.resolve(model.id)).sha256).toBe(model.sha256);
});

test("begins with an answer that states no length, as some mirrors and proxies send it", async () => {
  const server = await fileServer((_, response) => {
    response.writeHead(200);
    response.write(content.subarray(0, 100_000));
    response.end(content.subarray(100_000));
  });
  const { model, path, fetchFrom } = setUp();
  await fetchFrom(server.origin);
  expect(server.requests).toHaveLength(1);
  expect(sha256(readFileSync(path))).toBe(model.sha256);
});

test("a cancel before the start fetches nothing", async () => {
  const server = await fileServer(serve(content));
  const { model, store } = setUp();
  const sources = [new HttpSource(url(server.origin), quick)];
  await expect(download(model, store, { sources, signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: "cancelled",
  });
  expect(server.requests).toEqual([]);
});

describe("never uses a wrong file", () => {
  const wrong = testContent(400_000);
  wrong[200_000]! ^= 1;

  test("one with another SHA-256 is set aside, and the next source is tried", async () => {
    const bad = await fileServer(serve(wrong));
    const good = await fileServer(serve(content));
    const { model, path, notices, fetchFrom } = setUp();
    await fetchFrom(bad.origin, good.origin);
    expect(sha256(readFileSync(path))).toBe(model.sha256);
    expect(good.requests[0]!.range).toBeUndefined();
    expect(notices).toEqual([expect.stringContaining(sha256(wrong))]);
    expect(existsSync(`${path}.rejected`), "a good download deletes it").toBe(false);
  });

  test("with no other source the error says what came and where it is", async () => {
    const bad = await fileServer(serve(wrong));
    const { model, path, partial, fetchFrom } = setUp();
    const error = await fetchFrom(bad.origin).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "checksumMismatch" });
    for (const part of [sha256(wrong), model.sha256!, `${path}.rejected`])
      expect((error as Error).message).toContain(part);
    expect(existsSync(path)).toBe(false);
    expect(existsSync(partial)).toBe(false);
    expect(readFileSync(`${path}.rejected`).equals(wrong)).toBe(true);
  });

  test("one whose publisher states another SHA-256 or size is not even fetched", async () => {
    const linked: Record<string, string>[] = [{ "x-linked-etag": `"${"0".repeat(64)}"` }, { "x-linked-size": "12345" }];
    for (const headers of linked) {
      const server = await fileServer(serve(content, { headers }));
      const { partial, fetchFrom } = setUp();
      await expect(fetchFrom(server.origin)).rejects.toMatchObject({ code: "checksumMismatch" });
      expect(statBytes(partial)).toBe(0);
    }
  });

  test("one that is longer than it should be is given up at its right length", async () => {
    const server = await fileServer((_, response) => {
      response.writeHead(200);
      response.write(content);
      response.end(Buffer.alloc(1_000_000));
    });
    const { partial, fetchFrom } = setUp();
    await expect(fetchFrom(server.origin)).rejects.toMatchObject({
      code: "checksumMismatch",
      message: expect.stringMatching(/more than/),
    });
    expect(statBytes(partial)).toBeLessThanOrEqual(content.length);
  });

  test("a file that the user put there is checked, and replaced when it is another one", async () => {
    const server = await fileServer(serve(content));
    const { model, path, notices, fetchFrom } = setUp();
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, wrong);
    await fetchFrom(server.origin);
    expect(sha256(readFileSync(path))).toBe(model.sha256);
    expect(notices).toEqual([expect.stringContaining("set aside")]);
  });

  test("one that a check found damaged is fetched again, though its size and time are as they were", async () => {
    const server = await fileServer(serve(content), serve(content));
    const { model, store, path, fetchFrom } = setUp();
    await fetchFrom(server.origin);
    const { atime, mtime } = statSync(path);
    writeFileSync(path, wrong);
    utimesSync(path, atime, mtime);
    await expect(store.verify(model, { again: true })).rejects.toMatchObject({ code: "checksumMismatch" });
    await fetchFrom(server.origin);
    expect(sha256(readFileSync(path))).toBe(model.sha256);
    expect(await store.damaged()).toEqual(new Set());
  });

  test("one that nobody states a SHA-256 for", async () => {
    const server = await fileServer(serve(content));
    const { path, fetchFrom } = setUp({ sha256: null });
    await expect(fetchFrom(server.origin)).rejects.toMatchObject({
      code: "downloadFailed",
      message: expect.stringMatching(/SHA-256/),
    });
    expect(existsSync(path)).toBe(false);
  });
});

describe("follows the hub", () => {
  test("through redirects, and takes SHA-256 and size from the first answer", async () => {
    const storage = await fileServer(serve(content));
    const hub = await fileServer(
      status(302, {
        location: `${storage.origin}/blob`,
        "x-linked-etag": `"${sha256(content)}"`,
        "x-linked-size": String(content.length),
      }),
    );
    const { path, progress, fetchFrom } = setUp({ sha256: null, bytes: null, approximateBytes: 123 });
    await fetchFrom(hub.origin);
    expect(sha256(readFileSync(path))).toBe(sha256(content));
    expect(progress.at(-1)!.totalBytes).toBe(content.length);
    expect(hub.requests[0]!.url).toBe("/nobody/test/resolve/main/test.gguf");
    expect(storage.requests[0]!.url).toBe("/blob");
  });

  test("at the address that HF_ENDPOINT names, and first", async () => {
    const server = await fileServer(serve(content));
    const model = modelOf(content, { revision: "abc" });
    const store = new ModelStore({ folder: temporaryFolder(), models: [model] });
    await download(model, store, { sources: catalogueSources(model, { HF_ENDPOINT: `${server.origin}/` }) });
    expect(server.requests[0]!.url).toBe("/nobody/test/resolve/abc/test.gguf");
  });

  test("but not in circles, and not to an address of another kind", async () => {
    const circle = await fileServer(status(302, { location: "/again" }));
    await expect(setUp().fetchFrom(circle.origin)).rejects.toMatchObject({
      message: expect.stringMatching(/redirects more than 10 times/),
    });
    const file = await fileServer(status(302, { location: "file:///etc/passwd" }));
    await expect(setUp().fetchFrom(file.origin)).rejects.toMatchObject({ message: expect.stringMatching(/insecure/) });
  });

  test("a wrong HF_ENDPOINT is named", () => {
    expect(() => catalogueSources(modelOf(content), { HF_ENDPOINT: "nonsense" })).toThrow(/HF_ENDPOINT/);
  });
});

describe("without success", () => {
  test.each([
    [404, /does not have the file \(404\)/],
    [403, /refused access \(403\)/],
    [418, /answered 418/],
  ])("status %i is final for a source", async (code, message) => {
    const server = await fileServer(status(code));
    const { fetchFrom } = setUp();
    await expect(fetchFrom(server.origin)).rejects.toMatchObject({ code: "downloadFailed", message });
    expect(server.requests).toHaveLength(1);
  });

  test("a busy server is asked again", async () => {
    const server = await fileServer(status(429, { "retry-after": "0" }), status(503), serve(content));
    const { path, fetchFrom } = setUp();
    await fetchFrom(server.origin);
    expect(existsSync(path)).toBe(true);
  });

  test("a source that cannot be reached hands over to the next one", async () => {
    const server = await fileServer(serve(content));
    const { path, notices, progress, fetchFrom } = setUp();
    await fetchFrom(await deadOrigin(), server.origin);
    expect(existsSync(path)).toBe(true);
    expect(notices).toEqual([expect.stringMatching(/cannot be reached \(ECONNREFUSED\)/)]);
    expect(progress.at(-1)!.source).toBe(new URL(server.origin).host);
  });

  test("a source that accepts and never answers hands over too", async () => {
    const silent = await fileServer(() => undefined);
    const server = await fileServer(serve(content));
    const { model, store, path } = setUp();
    const sources = [
      new HttpSource(url(silent.origin), { ...quick, connectMs: 200 }),
      new HttpSource(url(server.origin), quick),
    ];
    await download(model, store, { sources });
    expect(existsSync(path)).toBe(true);
    expect(silent.requests).toHaveLength(1);
  });

  test("no source at all means offline: the message names each, the hint says how to do it by hand", async () => {
    const { path, fetchFrom } = setUp();
    const dead = [await deadOrigin(), await deadOrigin()] as const;
    await expect(fetchFrom(...dead)).rejects.toMatchObject({
      code: "offline",
      message: expect.stringMatching(dead.map((origin) => new URL(origin).host).join(".*")),
      hint: expect.stringContaining(path),
    });
  });

  test("an editor in German gets whole sentences in German, with each source's reason and the way by hand", async () => {
    setLocalisation({ language: "de", table: german });
    const { model, path, fetchFrom } = setUp();
    const dead = await deadOrigin();
    await expect(fetchFrom(dead)).rejects.toMatchObject({
      message: `${model.name} kann nicht heruntergeladen werden, keine Quelle ist erreichbar. ${new URL(dead).host}: ist nicht erreichbar (ECONNREFUSED).`,
      hint: expect.stringContaining(`Ohne Netz: legen Sie ${model.file} selbst als ${path} ab`),
    });
  });

  test("a folder that cannot be written to is named", async () => {
    const { model, store } = setUp();
    writeFileSync(dirname(store.path(model)), "a file where the folder should be");
    await expect(download(model, store, { sources: [] })).rejects.toMatchObject({
      code: "downloadFailed",
      message: expect.stringContaining(dirname(store.path(model))),
    });
  });
});
