/**
 * HTTP in the terminal, through the proxy that the environment names. Node's fetch asks none by itself; in the editor it
 * goes as the editor's settings say.
 */
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { ReadableStream } from "node:stream/web";
import { HttpsProxyAgent } from "https-proxy-agent";
import { isDirect } from "../../common/noProxy.ts";
import { type Fetch, plainFetch } from "./http.ts";

/** Addresses of https through HTTPS_PROXY, those that NO_PROXY excepts and all others directly. */
export function environmentFetch(env: NodeJS.ProcessEnv): Fetch {
  const proxy = proxyOf(env.https_proxy || env.HTTPS_PROXY || "");
  if (proxy === null) return plainFetch;
  const noProxy = (env.no_proxy || env.NO_PROXY || "").split(/[\s,]+/);
  const agent = new HttpsProxyAgent(proxy);
  return (url, options) =>
    url.protocol === "https:" && !isDirect(url, noProxy) ? proxiedFetch(url, agent, options) : plainFetch(url, options);
}

/** null for none, and for what is no address of a proxy that speaks HTTP. */
function proxyOf(text: string): URL | null {
  const address = /^\w+:\/\//.test(text) ? text : `http://${text}`;
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  return /^https?:$/.test(url.protocol) ? url : null;
}

function proxiedFetch(
  url: URL,
  agent: HttpsProxyAgent<string>,
  { headers, signal }: Parameters<Fetch>[1],
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { agent, headers, signal });
    asking.on("error", (error: NodeJS.ErrnoException) => {
      const { host } = agent.proxy;
      reject(signal.aborted ? signal.reason : new Error(`${error.code ?? error.message}, by the proxy ${host}`));
    });
    asking.once("response", (answer) => resolve(responseOf(answer)));
    asking.end();
  });
}

function responseOf(answer: IncomingMessage): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) headers.set(name, String(value));
  const { statusCode: status = 0 } = answer;
  // These have no body by definition.
  const body = [204, 205, 304].includes(status) ? null : ReadableStream.from(answer);
  return new Response(body as ConstructorParameters<typeof Response>[0], { status, headers });
}
