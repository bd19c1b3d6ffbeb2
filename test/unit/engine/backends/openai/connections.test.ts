/** Proxy and certificates, with a real proxy and a real TLS server whose certificate nobody vouches for. */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { createServer as createTlsServer } from "node:https";
import net, { type AddressInfo, type Server } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { isDirect } from "../../../../../src/common/noProxy.ts";
import type { NetworkOptions } from "../../../../../src/common/openaiServer.ts";
import { HttpClient } from "../../../../../src/engine/backends/openai/http.ts";

const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, "..", "..", "..", "..", "fixtures", "tls", name));
const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

const answer = (request: IncomingMessage) => JSON.stringify({ path: request.url, host: request.headers.host });

/** A proxy that leads every host to `port`, and what it was asked. */
async function proxy(port: number) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers["proxy-authorization"] ?? ""}`.trim());
    response.end(answer(request));
  });
  server.on("connect", (request, client) => {
    asked.push(`CONNECT ${request.url} ${request.headers["proxy-authorization"] ?? ""}`.trim());
    const upstream = net.connect(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [upstream, client]) socket.on("error", () => upstream.destroy());
    stops.push(() => [upstream, client].map((socket) => socket.destroy()));
  });
  return { asked, address: `http://127.0.0.1:${await listen(server)}` };
}

function client(network: Partial<NetworkOptions> | null): HttpClient {
  const options = {
    proxy: null,
    proxyAuthorization: null,
    noProxy: [],
    strictTls: true,
    systemCertificates: false,
    ...network,
  };
  const http = new HttpClient({
    apiKey: "k",
    timeoutMs: 5_000,
    retryDelayMs: 1,
    ...(network ? { network: options } : {}),
  });
  stops.push(() => http.dispose());
  return http;
}

const secureServer = () =>
  listen(
    createTlsServer({ key: fixture("key.pem"), cert: fixture("certificate.pem") }, (request, response) =>
      response.end(answer(request)),
    ),
  );

describe("a proxy", () => {
  test("of https sees the host's name and no more; its name and password go to it alone", async () => {
    const { asked, address } = await proxy(await secureServer());
    const http = client({ proxy: address.replace("//", "//me:p%40ss@"), strictTls: false });
    expect(await http.get(new URL("https://model.test/v1/models"))).toEqual({ path: "/v1/models", host: "model.test" });
    expect(asked).toEqual([`CONNECT model.test:443 Basic ${Buffer.from("me:p@ss").toString("base64")}`]);
  });

  test("gets the authorization of the settings, which counts before the name in its address", async () => {
    for (const address of ["//", "//me:pass@"]) {
      const given = { proxyAuthorization: "Bearer x", strictTls: false };
      const secure = await proxy(await secureServer());
      await client({ ...given, proxy: secure.address.replace("//", address) }).get(
        new URL("https://model.test/v1/models"),
      );
      expect(secure.asked).toEqual(["CONNECT model.test:443 Bearer x"]);
      const plain = await proxy(0);
      await client({ ...given, proxy: plain.address.replace("//", address) }).get(
        new URL("http://model.test/v1/models"),
      );
      expect(plain.asked).toEqual(["GET http://model.test/v1/models Bearer x"]);
    }
    const odd = await proxy(await secureServer());
    const http = client({ proxy: odd.address, proxyAuthorization: "x\r\nHost: evil", strictTls: false });
    await http.get(new URL("https://model.test/v1/models"));
    expect(odd.asked).toEqual(["CONNECT model.test:443"]);
  });

  test("of http passes on", async () => {
    const { asked, address } = await proxy(0);
    const http = client({ proxy: address });
    expect(await http.get(new URL("http://model.test:8000/v1/models?x=1"))).toMatchObject({ host: "model.test:8000" });
    expect(asked).toEqual(["GET http://model.test:8000/v1/models?x=1"]);
  });

  test("is not asked about this machine, about what the settings except, or when there is none", async () => {
    const server = createServer((request, response) => response.end(answer(request)));
    const port = await listen(server);
    const { asked, address } = await proxy(0);
    for (const network of [{ proxy: address }, { proxy: "no address" }, null])
      expect(await client(network).get(new URL(`http://127.0.0.1:${port}/v1/models`))).toMatchObject({
        path: "/v1/models",
      });
    expect(asked).toEqual([]);
    const direct = (host: string) => isDirect(new URL(`http://${host}/`), ["*.inside.test", "gpu.test", " "]);
    expect(["gpu.test", "a.inside.test", "inside.test", "localhost", "[::1]"].map(direct)).toEqual(Array(5).fill(true));
    expect(["notgpu.test", "gpu.test.evil", "model.test"].map(direct)).toEqual(Array(3).fill(false));
  });

  test("that is not there is named", async () => {
    const http = client({ proxy: "http://127.0.0.1:9" });
    const error = http.get(new URL("https://model.test/v1/models"));
    await expect(error).rejects.toMatchObject({ code: "backendUnreachable" });
    await expect(error).rejects.toThrow(/proxy 127\.0\.0\.1:9/);
  });
});

describe("a certificate that nobody vouches for", () => {
  test("is refused, unless the settings say otherwise", async () => {
    const url = new URL(`https://127.0.0.1:${await secureServer()}/v1/models`);
    await expect(client(null).get(url)).rejects.toMatchObject({ code: "backendUnreachable" });
    await expect(client({ systemCertificates: true }).get(url)).rejects.toMatchObject({ code: "backendUnreachable" });
    expect(await client({ strictTls: false }).get(url)).toMatchObject({ path: "/v1/models" });
  });
});
