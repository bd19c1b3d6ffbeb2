/**
 * Requests to a server of our own on this machine. Not by fetch nor with Node's usual agent: these ask the proxy that the
 * environment names (NODE_USE_ENV_PROXY) for this machine, too.
 */
import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";

export interface LoopbackOptions {
  /** Posted as JSON; absent: GET. */
  body?: unknown;
  apiKey?: string;
  signal?: AbortSignal;
}

const agent = new Agent();

/** @returns the whole answer. Rejects where none comes, and with an AbortError on abort */
export async function askLoopback(
  url: string,
  { body, apiKey, signal }: LoopbackOptions = {},
): Promise<{ status: number; text: string }> {
  const content = body === undefined ? null : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const asking = request(url, {
      agent,
      signal,
      method: content === null ? "GET" : "POST",
      headers: {
        ...(content === null
          ? {}
          : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(content) }),
        ...(apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}` }),
      },
    });
    asking.on("error", reject);
    asking.once("response", (answer) => {
      text(answer).then((said) => resolve({ status: answer.statusCode ?? 0, text: said }), reject);
    });
    asking.end(content ?? undefined);
  });
}
