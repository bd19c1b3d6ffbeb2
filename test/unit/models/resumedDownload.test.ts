/** Downloads that go on from what an earlier one left. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { type DownloadProgress, download } from "../../../src/models/download.ts";
import { HttpSource } from "../../../src/models/sources/http.ts";
import { content, quick, resumedFrom, setUp, statBytes, url } from "./support/downloads.ts";
import { type Answer, fileServer, serve, status } from "./support/fileServer.ts";
import { sha256, testContent } from "./support/model.ts";

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
