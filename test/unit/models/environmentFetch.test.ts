/** Downloads through the proxy of the environment, with a real proxy and a real TLS server. */
import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import net, { type AddressInfo, type Server } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { download } from "../../../src/models/download.ts";
import { environmentFetch } from "../../../src/models/sources/environmentFetch.ts";
import { defaultTimings, HttpSource } from "../../../src/models/sources/http.ts";
import { ModelStore } from "../../../src/models/store.ts";
import { deadOrigin, serve } from "./support/fileServer.ts";
import { temporaryFolder } from "./support/folder.ts";
import { modelOf, sha256, testContent } from "./support/model.ts";

// The certificate of the test is nobody's.
beforeEach(() => vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0"));
afterEach(() => vi.unstubAllEnvs());

const content = testContent(400_000);

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

function tlsServer(answer: RequestListener): Promise<number> {
  const fixture = (name: string) => readFileSync(join(import.meta.dirname, "..", "..", "fixtures", "tls", name));
  return listen(createTlsServer({ key: fixture("key.pem"), cert: fixture("certificate.pem") }, answer));
}

/** Leads every host to `port`. */
async function proxy(port: number) {
  const asked: string[] = [];
  const server = createServer();
  server.on("connect", (request, client) => {
    asked.push(`${request.url}`);
    const upstream = net.connect(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [upstream, client]) {
      socket.on("error", () => upstream.destroy());
      onTestFinished(() => void socket.destroy());
    }
  });
  return { asked, address: `127.0.0.1:${await listen(server)}` };
}

function fetchFile(url: string, env: NodeJS.ProcessEnv, stallMs = defaultTimings.stallMs) {
  const model = modelOf(content);
  const store = new ModelStore({ folder: temporaryFolder(), models: [model] });
  const source = new HttpSource(url, { ...defaultTimings, stallMs, retryMs: 1 }, environmentFetch(env));
  return download(model, store, { sources: [source] });
}

test("a file comes through it, also behind a redirect and after the connection broke", async () => {
  let requests = 0;
  const file = serve(content);
  const port = await tlsServer((request, response) => {
    requests++;
    if (request.url === "/file") response.writeHead(302, { location: "https://storage.test/blob" }).end();
    else if (requests === 2) serve(content, { breakOff: { afterBytes: 100_000, by: "drop" } })(request, response);
    else file(request, response);
  });
  const { asked, address } = await proxy(port);
  for (const HTTPS_PROXY of [`http://${address}`, address]) {
    requests = 0;
    asked.length = 0;
    const path = await fetchFile("https://hub.test/file", { HTTPS_PROXY });
    expect(sha256(readFileSync(path))).toBe(sha256(content));
    expect(asked).toEqual(["hub.test:443", "storage.test:443", "hub.test:443", "storage.test:443"]);
  }
});

test("a file whose server sends nothing for a while is gone on with", async () => {
  const answers = [serve(content, { breakOff: { afterBytes: 100_000, by: "stall" } }), serve(content)];
  const { asked, address } = await proxy(await tlsServer((...request) => answers[asked.length - 1]!(...request)));
  const path = await fetchFile("https://hub.test/file", { HTTPS_PROXY: address }, 400);
  expect(sha256(readFileSync(path))).toBe(sha256(content));
  expect(asked).toHaveLength(2);
});

test("what NO_PROXY excepts is asked directly, and so is this machine", async () => {
  const { asked, address } = await proxy(0);
  const port = await tlsServer(serve(content));
  const env = { https_proxy: address, no_proxy: "else.test, .hub.test" };
  await fetchFile(`https://127.0.0.1:${port}/file`, env);
  await expect(fetchFile("https://eu.hub.test/file", env)).rejects.toMatchObject({ code: "offline" });
  expect(asked).toEqual([]);
});

test("one that is not there is named", async () => {
  const { host } = new URL(await deadOrigin());
  await expect(fetchFile("https://hub.test/file", { HTTPS_PROXY: `http://${host}` })).rejects.toMatchObject({
    code: "offline",
    message: expect.stringContaining(`cannot be reached (ECONNREFUSED, by the proxy ${host})`),
  });
});
