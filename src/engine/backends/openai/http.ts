/**
 * Requests to one server and nowhere else: redirects are not followed, no proxy is asked but that of the settings. Busy
 * and failing servers are asked again with growing waits, as long as nothing of an answer has come.
 *
 * Over node:http instead of fetch, whose hidden limit of five minutes a long prefill on a small machine would meet.
 */
import { request as httpRequest, type IncomingMessage, validateHeaderValue } from "node:http";
import { request as httpsRequest } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { HunchError } from "../../../common/errors.ts";
import type { NetworkOptions } from "../../../common/openaiServer.ts";
import { Connections } from "./connections.ts";
import { PassingError, refusal, unreachable, unsendableKey } from "./serverErrors.ts";

export interface HttpOptions {
  apiKey: string | null;
  /** Longest silence of the server before and in an answer (ms). */
  timeoutMs: number;
  /** First wait before asking again (ms); it doubles each time. */
  retryDelayMs?: number;
  /** Where another server can be asked, this one is given up sooner. */
  hasOthers?: boolean;
  network?: NetworkOptions;
}

export interface SendOptions {
  signal?: AbortSignal;
  onRetry?: (reason: string, delayMs: number) => void;
}

/** Tries of one request; where there are several servers, rounds through them. */
const mostTries = 4;
/** A server that wants a longer wait than this (ms) is taken as refusing. */
const longestWaitMs = 30_000;
const firstWaitMs = 500;
const connectTimeoutMs = 10_000;
/** The same where there are other servers: all of them are tried before one is asked again (failoverGeneration.ts). */
const mostTriesOfOne = 1;
const connectTimeoutOfOneMs = 1_000;
/** Of an answer that is no stream (bytes). */
const bodyLimitBytes = 16 * 1024 * 1024;

const passing = new Set([408, 429, 500, 502, 503, 504, 529]);
const passingErrors = new Set(["ECONNRESET", "EPIPE", "ETIMEDOUT", "EAI_AGAIN"]);

export class HttpClient {
  readonly #options: HttpOptions;
  readonly #connections: Connections;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#connections = new Connections(options.network ?? null);
  }

  /** @returns the value; null when the server has nothing there (404, 405, 501). @throws HunchError */
  async get(url: URL, o: SendOptions = {}): Promise<unknown> {
    const response = await this.#send(url, null, o, (status) => [404, 405, 501].includes(status));
    const text = await readText(response, url);
    return response.statusCode === 200 ? parseJson(text, url) : null;
  }

  /**
   * Posts JSON; the answer's body is left to the caller.
   * @param accepts statuses beside 200 that are an answer to the caller
   * @throws HunchError, or the signal's reason on abort
   */
  post(url: URL, body: unknown, o: SendOptions = {}, accepts: readonly number[] = []): Promise<IncomingMessage> {
    return this.#send(url, JSON.stringify(body), o, (status) => accepts.includes(status));
  }

  dispose(): void {
    this.#connections.dispose();
  }

  async #send(
    url: URL,
    body: string | null,
    { signal, onRetry }: SendOptions,
    accepts: (status: number) => boolean,
  ): Promise<IncomingMessage> {
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#try(url, body, signal);
      signal?.throwIfAborted();
      let error: HunchError;
      let waitMs: number | null = null;
      if (outcome instanceof Error) {
        error = unreachable(url, outcome, this.#connections.route(url).proxy);
        if (!passingErrors.has((outcome as NodeJS.ErrnoException).code ?? "")) throw error;
      } else {
        const status = outcome.statusCode ?? 0;
        if (status === 200 || accepts(status)) return outcome;
        error = refusal(url, status, await readText(outcome, url), outcome.headers.location);
        if (!passing.has(status)) throw error;
        waitMs = retryAfterMs(outcome);
      }
      const delayMs = waitMs ?? backOffMs(attempt, this.#options.retryDelayMs);
      if (attempt === (this.#options.hasOthers ? mostTriesOfOne : mostTries) || delayMs > longestWaitMs)
        throw new PassingError(error, waitMs);
      onRetry?.(error.message, delayMs);
      await sleep(delayMs, undefined, { signal });
    }
  }

  /** One request up to its answer's headers; an error is a value here, since some are worth another try. */
  #try(url: URL, body: string | null, signal: AbortSignal | undefined): Promise<IncomingMessage | Error> {
    const { apiKey, timeoutMs, hasOthers = false } = this.#options;
    const connectMs = hasOthers ? connectTimeoutOfOneMs : connectTimeoutMs;
    const secure = url.protocol === "https:";
    const route = this.#connections.route(url);
    return new Promise((resolve) => {
      const request = (secure ? httpsRequest : httpRequest)({
        ...route.options,
        method: body === null ? "GET" : "POST",
        signal,
        headers: {
          ...route.headers,
          Accept: "application/json, text/event-stream",
          "User-Agent": "hunch",
          ...(body === null ? {} : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) }),
          ...(apiKey === null ? {} : bearer(apiKey, url)),
        },
      });
      const connecting = setTimeout(
        () => request.destroy(timedOut("the connection was not made", connectMs)),
        connectMs,
      );
      request.once("socket", (socket) => {
        const made = () => clearTimeout(connecting);
        if (socket.connecting) socket.once(secure ? "secureConnect" : "connect", made);
        else made();
      });
      // Of the socket, so it also watches the body.
      let response: IncomingMessage | null = null;
      request.setTimeout(timeoutMs, () => {
        const error = timedOut("the server was silent", timeoutMs);
        // Its reader would be told of a broken connection only.
        response?.destroy(error);
        request.destroy(error);
      });
      request.once("response", (answer) => {
        response = answer;
        resolve(answer);
      });
      request.on("error", resolve); // later ones reach the reader of the body
      request.once("close", () => clearTimeout(connecting));
      request.end(body ?? undefined);
    });
  }
}

/** Wait after so many tries in vain (ms): it doubles each time, and varies, so that many callers do not come at once. */
function backOffMs(tries: number, firstMs = firstWaitMs): number {
  return firstMs * 2 ** (tries - 1) * (0.75 + Math.random() / 2);
}

/**
 * Wait before another round through several servers (ms), by the one that is to be well first; null when none of them failed
 * for a moment only, when that is too long, or when they were asked often enough.
 */
export function waitAfter(failures: readonly HunchError[], round: number): number | null {
  const waits = failures.flatMap((error) => (error instanceof PassingError ? [error.waitMs ?? backOffMs(round)] : []));
  const waitMs = Math.min(...waits);
  return round < mostTries && waitMs <= longestWaitMs ? waitMs : null;
}

/** @throws HunchError backendRefused, where the key holds what can not be sent */
function bearer(apiKey: string, url: URL): { Authorization: string } {
  const header = { Authorization: `Bearer ${apiKey}` };
  try {
    validateHeaderValue("Authorization", header.Authorization);
  } catch {
    throw unsendableKey(url);
  }
  return header;
}

function timedOut(what: string, ms: number): Error {
  return new Error(`${what} for ${Math.round(ms / 100) / 10} s`);
}

/** Wait that the server asks for (ms); null when it does not say. */
function retryAfterMs({ headers }: IncomingMessage): number | null {
  const value = headers["retry-after"];
  if (value === undefined) return null;
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

/** A whole body. @throws HunchError when it breaks off or is too large */
export async function readText(response: IncomingMessage, url: URL): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > bodyLimitBytes) throw new Error("the answer is too large");
      chunks.push(chunk);
    }
  } catch (error) {
    throw unreachable(url, error as Error);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** @throws HunchError backendFailed */
export function parseJson(text: string, url: URL): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HunchError(
      "backendFailed",
      `The server at ${url.host} sent no valid JSON: ${JSON.stringify(text.slice(0, 120))}.`,
      {
        hint: "Check that the address is that of an OpenAI-compatible server, with its path (most often /v1).",
        cause: error,
      },
    );
  }
}
