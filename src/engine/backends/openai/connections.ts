/**
 * How a server is connected to: directly, or through the proxy that the editor's settings name, with the certificates that
 * they trust. The proxy of https sees the host's name and nothing of what is sent (CONNECT); that of http passes on.
 */
import { Agent as HttpAgent, request as httpRequest, type RequestOptions } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Duplex } from "node:stream";
import * as tls from "node:tls";
import type { NetworkOptions } from "../../../common/protocol.ts";

/** What a request needs beside its own headers. */
export interface Route {
  options: RequestOptions;
  /** For the proxy. */
  headers: Record<string, string>;
}

export class Connections {
  readonly #network: NetworkOptions | null;
  readonly #proxy: URL | null;
  readonly #http = new HttpAgent({ keepAlive: true });
  readonly #https: HttpsAgent;
  readonly #tunnel: HttpsAgent | null;

  /** @param network null: directly, with Node's own certificates. An address of a proxy that is none is left out */
  constructor(network: NetworkOptions | null) {
    this.#network = network;
    this.#proxy = network?.proxy && URL.canParse(network.proxy) ? new URL(network.proxy) : null;
    const trust = trustOf(network);
    this.#https = new HttpsAgent({ keepAlive: true, ...trust });
    this.#tunnel = this.#proxy ? new TunnelAgent(this.#proxy, { keepAlive: true, ...trust }) : null;
  }

  route(url: URL): Route {
    const isSecure = url.protocol === "https:";
    const proxy = this.#proxy && !isDirect(url, this.#network?.noProxy ?? []) ? this.#proxy : null;
    const own = { protocol: url.protocol, hostname: url.hostname.replace(/^\[|\]$/g, ""), port: url.port };
    if (isSecure) {
      const agent = proxy && this.#tunnel ? this.#tunnel : this.#https;
      return { options: { ...own, path: url.pathname + url.search, agent }, headers: {} };
    }
    if (!proxy) return { options: { ...own, path: url.pathname + url.search, agent: this.#http }, headers: {} };
    return {
      options: { hostname: proxy.hostname, port: proxy.port || 80, path: url.href, agent: this.#http },
      headers: { Host: url.host, ...authorization(proxy) },
    };
  }

  dispose(): void {
    for (const agent of [this.#http, this.#https, this.#tunnel]) agent?.destroy();
  }
}

/** Makes its connections through a proxy. */
class TunnelAgent extends HttpsAgent {
  readonly #proxy: URL;

  constructor(proxy: URL, options: ConstructorParameters<typeof HttpsAgent>[0]) {
    super(options);
    this.#proxy = proxy;
  }

  override createConnection(
    options: RequestOptions & tls.ConnectionOptions,
    done?: (error: Error | null, socket: Duplex) => void,
  ): null {
    const failed = (error: Error) => done?.(error, undefined as unknown as Duplex);
    const host = options.host ?? "";
    const place = `${host}:${options.port ?? 443}`;
    const request = httpRequest({
      hostname: this.#proxy.hostname,
      port: this.#proxy.port || 80,
      method: "CONNECT",
      path: place,
      headers: { Host: place, ...authorization(this.#proxy) },
      agent: false,
    });
    request.once("connect", (response, socket) => {
      if (response.statusCode !== 200) {
        socket.destroy();
        failed(new Error(`the proxy ${this.#proxy.host} answers ${response.statusCode}`));
        return;
      }
      done?.(null, tls.connect({ ...options, path: undefined, socket, servername: options.servername || host }));
    });
    request.once("error", (error) =>
      failed(new Error(`the proxy ${this.#proxy.host} can not be used: ${error.message}`, { cause: error })),
    );
    request.end();
    return null;
  }
}

function trustOf(network: NetworkOptions | null): tls.SecureContextOptions & { rejectUnauthorized?: boolean } {
  if (!network) return {};
  // Node before 22.15 can not read the system's, and its types do not know of it.
  const { getCACertificates } = tls as typeof tls & { getCACertificates?: (type: "system") => string[] };
  const system = network.systemCertificates ? (getCACertificates?.("system") ?? []) : [];
  return {
    rejectUnauthorized: network.strictTls,
    ...(system.length > 0 ? { ca: [...tls.rootCertificates, ...system] } : {}),
  };
}

/** Asked without the proxy: this machine, and what the settings except. */
export function isDirect({ hostname }: URL, noProxy: readonly string[]): boolean {
  if (/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)) return true;
  return noProxy.some((entry) => {
    const name = entry
      .trim()
      .toLowerCase()
      .replace(/^\*?\./, "");
    return name === "*" || (name !== "" && (hostname === name || hostname.endsWith(`.${name}`)));
  });
}

function authorization({ username, password }: URL): Record<string, string> {
  if (username === "") return {};
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { "Proxy-Authorization": `Basic ${Buffer.from(text).toString("base64")}` };
}
