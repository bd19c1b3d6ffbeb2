import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import type { CatalogueModel } from "../../../src/models/catalogue.ts";
import { catalogueSources, type DownloadProgress, download } from "../../../src/models/download.ts";
import { defaultTimings, HttpSource } from "../../../src/models/sources/http.ts";
import { ModelStore } from "../../../src/models/store.ts";
import { type Answer, deadOrigin, fileServer, type SeenRequest, serve, status } from "./support/fileServer.ts";
import { temporaryFolder } from "./support/folder.ts";
import { modelOf, sha256, testContent } from "./support/model.ts";

const content = testContent(400_000);
const url = (origin: string) => `${origin}/nobody/test/resolve/main/test.gguf`;
const quick = { ...defaultTimings, retryMs: 1 };

/** A store with one model, and what a download of it reports. */
function setUp(changes: Partial<CatalogueModel> = {}) {
  const model = modelOf(content, changes);
  const store = new ModelStore({ folder: temporaryFolder(), models: [model] });
  const progress: DownloadProgress[] = [];
  const notices: string[] = [];
  const fetchFrom = (...origins: string[]) =>
    download(model, store, {
      sources: origins.map((origin) => new HttpSource(url(origin), quick)),
      onProgress: (one) => progress.push(one),
      onNotice: (message) => notices.push(message),
    });
  return { model, store, path: store.path(model), partial: store.partialPath(model), progress, notices, fetchFrom };
}

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

describe("resumes", () => {
  test("after the server dropped the connection midway", async () => {
    const server = await fileServer(
      serve(content, { breakOff: { afterBytes: 100_000, by: "drop" } }),
      serve(content, { breakOff: { afterBytes: 50_000, by: "drop" } }),
      serve(content),
    );
    const { model, path, fetchFrom } = setUp();
    await fetchFrom(server.origin);
    expect(sha256(readFileSync(path))).toBe(model.sha256);
    const starts = server.requests.map(resumedFrom);
    expect(starts).toHaveLength(3);
    expect(starts[0]).toBe(0);
    // What lay in the socket when it broke may be lost.
    expect(starts[1]).toBeGreaterThan(0);
    expect(starts[2]).toBeGreaterThanOrEqual(starts[1]!);
    expect(server.requests.map((request) => request.ifRange)).toEqual([undefined, '"v1"', '"v1"']);
  });

  test("after the server sent nothing for a while", async () => {
    const server = await fileServer(serve(content, { breakOff: { afterBytes: 100_000, by: "stall" } }), serve(content));
    const { model, store, path } = setUp();
    const source = new HttpSource(url(server.origin), { ...quick, stallMs: 400 });
    await download(model, store, { sources: [source] });
    expect(sha256(readFileSync(path))).toBe(model.sha256);
    expect(server.requests[1]!.range).toBe("bytes=100000-");
  });

  test("from another source, when the first one is gone for good", async () => {
    const first = await fileServer(serve(content, { breakOff: { afterBytes: 100_000, by: "drop" } }), status(503));
    const second = await fileServer(serve(content, { etag: '"other"' }));
    const { model, path, notices, fetchFrom } = setUp();
    await fetchFrom(first.origin, second.origin);
    expect(sha256(readFileSync(path))).toBe(model.sha256);
    expect(second.requests).toMatchObject([{ ifRange: undefined }]);
    expect(resumedFrom(second.requests[0]!)).toBeGreaterThan(0);
    expect(notices).toEqual([expect.stringMatching(/answered 503, 4 times in a row/)]);
  });

  test("not, where the server does not know Range: then from the start", async () => {
    const server = await fileServer(
      serve(content, { breakOff: { afterBytes: 100_000, by: "drop" } }),
      serve(content, { ranges: false }),
    );
    const { model, path, fetchFrom } = setUp();
    await fetchFrom(server.origin);
    expect(sha256(readFileSync(path))).toBe(model.sha256);
    expect(resumedFrom(server.requests[1]!)).toBeGreaterThan(0);
  });

  test("not, when the file changed on the server meanwhile and no SHA-256 is pinned", async () => {
    const changed = testContent(400_000).reverse();
    const linked = (file: Buffer) => ({ "x-linked-etag": `"${sha256(file)}"`, "x-linked-size": String(file.length) });
    const server = await fileServer(
      serve(content, { etag: '"v1"', headers: linked(content), breakOff: { afterBytes: 100_000, by: "stall" } }),
      serve(changed, { etag: '"v2"', headers: linked(changed) }),
    );
    const { model, store, path } = setUp({ sha256: null, bytes: null });
    const stop = new AbortController();
    const sources = () => [new HttpSource(url(server.origin), quick)];
    const onProgress = (one: DownloadProgress) => one.receivedBytes > 0 && stop.abort();
    await expect(download(model, store, { sources: sources(), onProgress, signal: stop.signal })).rejects.toThrow();
    await download(model, store, { sources: sources() });
    expect(sha256(readFileSync(path))).toBe(sha256(changed));
  });

  test("after it was cancelled, which kept what had arrived", async () => {
    const server = await fileServer(serve(content, { breakOff: { afterBytes: 150_000, by: "stall" } }), serve(content));
    const { model, store, path, partial, fetchFrom } = setUp();
    const stop = new AbortController();
    const cancelled = download(model, store, {
      sources: [new HttpSource(url(server.origin), quick)],
      onProgress: (one) => one.receivedBytes === 150_000 && stop.abort(),
      signal: stop.signal,
    });
    await expect(cancelled).rejects.toMatchObject({ code: "cancelled", hint: expect.stringMatching(/kept/) });
    expect(statBytes(partial)).toBe(150_000);
    expect(existsSync(path)).toBe(false);

    await fetchFrom(server.origin);
    expect(server.requests[1]!.range).toBe("bytes=150000-");
    expect(sha256(readFileSync(path))).toBe(model.sha256);
  });
});

function resumedFrom({ range }: SeenRequest): number {
  return Number(/^bytes=(\d+)-$/.exec(range ?? "bytes=0-")![1]);
}

function statBytes(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

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

describe("what is here of a file", () => {
  /** As an interrupted download leaves it. */
  const leave = (bytes: Buffer, { model, path, partial }: ReturnType<typeof setUp>) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(partial, bytes);
    writeFileSync(`${partial}.json`, JSON.stringify({ sha256: model.sha256, url: null, etag: null }));
  };

  const page: Answer = (_, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.write("<html>");
    response.end("log in</html>");
  };

  test("is kept when a gateway answers with a page in its place", async () => {
    const gateway = await fileServer(page);
    const server = await fileServer(serve(content));
    const given = setUp();
    leave(content.subarray(0, 100_000), given);
    await expect(given.fetchFrom(gateway.origin)).rejects.toMatchObject({
      code: "downloadFailed",
      message: expect.stringMatching(/no stated length/),
    });
    expect(gateway.requests).toHaveLength(1);
    expect(statBytes(given.partial)).toBe(100_000);
    await given.fetchFrom(server.origin);
    expect(server.requests.map(resumedFrom)).toEqual([100_000]);
    expect(sha256(readFileSync(given.path))).toBe(given.model.sha256);
  });

  test("is nothing where all that came was such a page", async () => {
    const gateway = await fileServer(page);
    const { partial, fetchFrom } = setUp();
    await expect(fetchFrom(gateway.origin)).rejects.toMatchObject({
      message: expect.stringMatching(/no stated length/),
    });
    expect(gateway.requests).toHaveLength(1);
    expect(existsSync(partial)).toBe(false);
  });

  test("is begun anew where an answer that may be such a page broke off", async () => {
    const gateway = await fileServer((_, response) => {
      response.writeHead(200);
      response.write(content.subarray(0, 50_000), () => response.destroy());
    });
    const mirror = await fileServer((_, response) => {
      response.writeHead(200);
      response.end(content);
    });
    const given = setUp();
    await expect(given.fetchFrom(gateway.origin)).rejects.toMatchObject({ code: "downloadFailed" });
    await given.fetchFrom(mirror.origin);
    expect(mirror.requests).toHaveLength(1);
    expect(sha256(readFileSync(given.path))).toBe(given.model.sha256);
  });

  test("is given up when it turns out wrong, before the source is blamed for it", async () => {
    const server = await fileServer(serve(content));
    const given = setUp();
    leave(Buffer.alloc(100_000), given);
    await given.fetchFrom(server.origin);
    expect(server.requests.map(resumedFrom)).toEqual([100_000, 0]);
    expect(sha256(readFileSync(given.path))).toBe(given.model.sha256);
    expect(given.notices).toEqual([expect.stringMatching(/from the start/)]);
    expect(existsSync(`${given.path}.rejected`)).toBe(false);
  });

  test("is given up once only, when the source's own file is wrong", async () => {
    const server = await fileServer(serve(Buffer.from(content).reverse()));
    const given = setUp();
    leave(content.subarray(0, 100_000), given);
    await expect(given.fetchFrom(server.origin)).rejects.toMatchObject({ code: "checksumMismatch" });
    expect(server.requests.map(resumedFrom)).toEqual([100_000, 0]);
    expect(existsSync(`${given.path}.rejected`)).toBe(true);
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

  test("a folder that cannot be written to is named", async () => {
    const { model, store } = setUp();
    writeFileSync(dirname(store.path(model)), "a file where the folder should be");
    await expect(download(model, store, { sources: [] })).rejects.toMatchObject({
      code: "downloadFailed",
      message: expect.stringContaining(dirname(store.path(model))),
    });
  });
});
