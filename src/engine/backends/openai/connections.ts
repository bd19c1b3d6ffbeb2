/**
 * How a server is connected to: directly, or through the proxy that the editor's settings name, with the certificates that
 * they trust. The proxy of https sees the host's name and nothing of what is sent (CONNECT); that of http passes on.
 */
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent, type RequestOptions } from "node:https";
import * as tls from "node:tls";
import { HttpsProxyAgent } from "https-proxy-agent";
import { isDirect } from "../../../common/noProxy.ts";
import type { NetworkOptions } from "../../../common/openaiServer.ts";

/** What a request needs beside its own headers. */
export interface Route {
  options: RequestOptions;
  /** For the proxy. */
  headers: Record<string, string>;
  /** Name and port of the proxy; null where there is none in between. */
  proxy: string | null;
}

export class Connections {
  readonly #network: NetworkOptions | null;
  readonly #proxy: URL | null;
  /** For the proxy alone. */
  readonly #authorization: Record<string, string>;
  readonly #http = new HttpAgent({ keepAlive: true });
  readonly #https = new HttpsAgent({ keepAlive: true });
  readonly #tunnel: HttpAgent | null;
  readonly #trust: Trust;

  /** @param network null: directly, with Node's own certificates. An address of a proxy that is none is left out */
  constructor(network: NetworkOptions | null) {
    this.#network = network;
    this.#proxy = network?.proxy && URL.canParse(network.proxy) ? new URL(network.proxy) : null;
    this.#authorization = this.#proxy ? authorization(this.#proxy, network?.proxyAuthorization ?? null) : {};
    const tunnelled = this.#proxy && withoutName(this.#proxy);
    this.#trust = trustOf(network);
    this.#tunnel = tunnelled && new HttpsProxyAgent(tunnelled, { keepAlive: true, headers: this.#authorization });
  }

  route(url: URL): Route {
    const proxy = this.#proxy && !isDirect(url, this.#network?.noProxy ?? []) ? this.#proxy : null;
    if (proxy && url.protocol === "http:")
      return {
        options: { hostname: proxy.hostname, port: proxy.port || 80, path: url.href, agent: this.#http },
        headers: { Host: url.host, ...this.#authorization },
        proxy: proxy.host,
      };
    const { protocol, hostname, port, pathname, search } = url;
    const isSecure = protocol === "https:";
    return {
      options: {
        protocol,
        hostname: hostname.replace(/^\[|\]$/g, ""),
        port,
        path: pathname + search,
        agent: isSecure ? ((proxy && this.#tunnel) ?? this.#https) : this.#http,
        ...(isSecure ? this.#trust : {}),
      },
      headers: {},
      proxy: proxy?.host ?? null,
    };
  }

  dispose(): void {
    for (const agent of [this.#http, this.#https, this.#tunnel]) agent?.destroy();
  }
}

type Trust = Pick<RequestOptions, "ca" | "rejectUnauthorized">;

function trustOf(network: NetworkOptions | null): Trust {
  if (!network) return {};
  // Node before 22.15 can not read the system's, and its types do not know of it.
  const { getCACertificates } = tls as typeof tls & { getCACertificates?: (type: "system") => string[] };
  const system = network.systemCertificates ? (getCACertificates?.("system") ?? []) : [];
  return {
    rejectUnauthorized: network.strictTls,
    ...(system.length > 0 ? { ca: [...tls.rootCertificates, ...system] } : {}),
  };
}

/** @param given as the settings have it; one that is no value of a header counts as none */
function authorization({ username, password }: URL, given: string | null): Record<string, string> {
  if (given !== null && /^[\x20-\x7e]+$/.test(given)) return { "Proxy-Authorization": given };
  if (username === "") return {};
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { "Proxy-Authorization": `Basic ${Buffer.from(text).toString("base64")}` };
}

/** The agent would send a name and password of the address in place of the header that it is given. */
function withoutName(proxy: URL): URL {
  const url = new URL(proxy);
  url.username = "";
  url.password = "";
  return url;
}
