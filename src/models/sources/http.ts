/**
 * A file over HTTP, resumed with Range requests. Understands the Hugging Face hub: its first answer names the file's
 * SHA-256 and size (`x-linked-etag`, `x-linked-size`) before it redirects to a storage server.
 */

import { setTimeout as delay } from "node:timers/promises";
import { HunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import { type Source, SourceError, type Transfer } from "./source.ts";
import { Watchdog } from "./watchdog.ts";

/** GET; a redirect is an answer. */
export type Fetch = (url: URL, options: { headers: Record<string, string>; signal: AbortSignal }) => Promise<Response>;

export const plainFetch: Fetch = (url, options) => fetch(url, { ...options, redirect: "manual" });

export interface HttpTimings {
  /** Until a server has answered (ms). */
  connectMs: number;
  /** Without a byte (ms). */
  stallMs: number;
  /** Pause before the first new attempt (ms); doubles with each that brings nothing. */
  retryMs: number;
}

export const defaultTimings: HttpTimings = { connectMs: 10_000, stallMs: 30_000, retryMs: 1_000 };

/** Attempts in a row without a new byte before the source gives up. */
const maxFruitlessAttempts = 4;
const maxRedirects = 10;
const maxRetryAfterMs = 60_000;

/** A failure that another attempt may not meet again. */
class Interruption extends Error {
  readonly retryAfterMs: number;

  constructor(message: string, cause?: unknown, retryAfterMs = 0) {
    super(message, { cause });
    this.retryAfterMs = retryAfterMs;
  }
}

export class HttpSource implements Source {
  readonly label: string;
  readonly #url: URL;
  readonly #timings: HttpTimings;
  readonly #fetch: Fetch;

  constructor(url: string, timings: HttpTimings = defaultTimings, fetch: Fetch = plainFetch) {
    this.#url = new URL(url);
    this.#timings = timings;
    this.#fetch = fetch;
    this.label = this.#url.host;
  }

  async fetch(transfer: Transfer): Promise<void> {
    let fruitless = 0;
    let everReceived = false;
    for (;;) {
      transfer.onPhase("connecting");
      const before = await transfer.partial.size();
      try {
        return await this.#attempt(transfer);
      } catch (error) {
        transfer.signal.throwIfAborted();
        const unreachable = error instanceof SourceError && error.kind === "unreachable";
        if (!(error instanceof Interruption) && !unreachable) throw error;
        const gained = (await transfer.partial.size()) > before;
        everReceived ||= gained;
        // A source that never answered is not worth waiting for while there are others.
        if (unreachable && !everReceived) throw error;
        fruitless = gained ? 1 : fruitless + 1;
        if (fruitless >= maxFruitlessAttempts)
          throw new SourceError("failed", t("{0}, {1} times in a row", (error as Error).message, fruitless), error);
        const asked = error instanceof Interruption ? error.retryAfterMs : 0;
        await delay(Math.max(asked, this.#timings.retryMs * 2 ** (fruitless - 1)), undefined, {
          signal: transfer.signal,
        });
      }
    }
  }

  /** One connection: goes on from what is there, returns when the file is complete. */
  async #attempt(transfer: Transfer): Promise<void> {
    const { partial, expected } = transfer;
    let offset = await this.#resumableBytes(transfer);
    if (expected.bytes !== null && offset === expected.bytes) return;
    const watchdog = new Watchdog(transfer.signal);
    try {
      const response = await this.#open(transfer, offset, watchdog);
      const range = this.#range(response, offset);
      if (expected.bytes !== null && range.total !== null && range.total !== expected.bytes)
        throw new SourceError("wrongFile", t("its file has {0} bytes, not {1}", range.total, expected.bytes));
      const mayBePage = expected.bytes !== null && range.total === null && response.status === 200;
      // Before what is here is given up for it.
      if (mayBePage && offset > 0) throw notTheFile();
      offset = range.start;
      expected.bytes ??= range.total;
      if (range.start === 0) await partial.discard();
      await partial.setOrigin({
        // Else what arrives of a page would be gone on from as this file.
        sha256: mayBePage ? null : expected.sha256,
        url: this.#url.href,
        etag: strongEtag(response.headers),
      });
      if (range.complete) return;
      await transfer.ensureSpace((expected.bytes ?? offset) - offset);
      transfer.onPhase("downloading");
      await this.#receive(response, offset, transfer, watchdog, mayBePage);
    } finally {
      watchdog.disarm();
    }
  }

  /** How many of the bytes that are there belong to this file: all or none. */
  async #resumableBytes({ partial, expected }: Transfer): Promise<number> {
    const size = await partial.size();
    const origin = await partial.origin();
    const sameFile = expected.sha256 !== null && (origin === null || origin.sha256 === expected.sha256);
    const sameVersion = origin !== null && origin.url === this.#url.href && origin.etag !== null;
    return (sameFile || sameVersion) && size <= (expected.bytes ?? Number.POSITIVE_INFINITY) ? size : 0;
  }

  /** Follows redirects by hand: the hub's headers are on the redirect itself, and https must not become http. */
  async #open(transfer: Transfer, offset: number, watchdog: Watchdog): Promise<Response> {
    const headers: Record<string, string> = { "user-agent": "hunch", "accept-encoding": "identity" };
    const origin = await transfer.partial.origin();
    if (offset > 0) {
      headers.range = `bytes=${offset}-`;
      if (origin?.url === this.#url.href && origin.etag) headers["if-range"] = origin.etag;
    }
    let url = this.#url;
    for (let hops = 0; hops <= maxRedirects; hops++) {
      watchdog.arm(
        this.#timings.connectMs,
        new SourceError(
          "unreachable",
          t("{0}did not answer within {1} s", elsewhere(url, this.#url), this.#timings.connectMs / 1000),
        ),
      );
      const asking = this.#fetch(url, { headers, signal: watchdog.signal });
      const response = await reached(asking, elsewhere(url, this.#url), transfer.signal);
      watchdog.disarm();
      this.#learn(response.headers, transfer);
      const location = response.headers.get("location");
      if (response.status < 300 || response.status >= 400 || location === null) return response;
      await response.body?.cancel();
      const next = new URL(location, url);
      if (next.protocol !== "https:" && next.protocol !== url.protocol)
        throw new SourceError("failed", t("redirects to an insecure address"));
      url = next;
    }
    throw new SourceError("failed", t("redirects more than {0} times", maxRedirects));
  }

  /** Takes or compares the publisher's SHA-256 and size, before a byte is fetched. */
  #learn(headers: Headers, { expected }: Transfer): void {
    const sha256 = headers
      .get("x-linked-etag")
      ?.replace(/^(W\/)?"?|"$/g, "")
      .toLowerCase();
    const size = Number(headers.get("x-linked-size") ?? "");
    if (sha256 && /^[0-9a-f]{64}$/.test(sha256)) {
      if (expected.sha256 !== null && expected.sha256 !== sha256)
        throw new SourceError("wrongFile", t("its file has the SHA-256 {0}, not {1}", sha256, expected.sha256));
      expected.sha256 = sha256;
    }
    if (Number.isSafeInteger(size) && size > 0) {
      if (expected.bytes !== null && expected.bytes !== size)
        throw new SourceError("wrongFile", t("its file has {0} bytes, not {1}", size, expected.bytes));
      expected.bytes = size;
    }
  }

  /** Which part of the file the answer holds. */
  #range(response: Response, offset: number): { start: number; total: number | null; complete: boolean } {
    const encoding = response.headers.get("content-encoding");
    if (encoding !== null && encoding !== "identity")
      throw new SourceError("failed", t("sends the file as {0}", encoding));
    const length = Number.parseInt(response.headers.get("content-length") ?? "", 10);
    switch (response.status) {
      case 200:
        return { start: 0, total: Number.isNaN(length) ? null : length, complete: false };
      case 206: {
        const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "") ?? [];
        if (Number(start) !== offset) throw new SourceError("failed", t("sent another part than asked for"));
        return { start: offset, total: total === "*" ? null : Number(total), complete: false };
      }
      case 416: {
        const total = Number(/^bytes \*\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1]);
        if (total === offset) return { start: offset, total, complete: true };
        throw new SourceError("wrongFile", t("its file is shorter than the {0} bytes that are here", offset));
      }
      case 429:
      case 500:
      case 502:
      case 503:
      case 504:
        throw new Interruption(t("answered {0}", response.status), undefined, retryAfterMs(response.headers));
      case 401:
      case 403:
        throw new SourceError("failed", t("refused access ({0})", response.status));
      case 404:
      case 410:
        throw new SourceError("failed", t("does not have the file ({0})", response.status));
      default:
        throw new SourceError("failed", t("answered {0}", response.status));
    }
  }

  /** @param mayBePage the answer may be something else than the file, in which case nothing of it is kept */
  async #receive(
    response: Response,
    offset: number,
    transfer: Transfer,
    watchdog: Watchdog,
    mayBePage: boolean,
  ): Promise<void> {
    const { partial, expected } = transfer;
    const stalled = new Interruption(t("sent nothing for {0} s", this.#timings.stallMs / 1000));
    const handle = await partial.openAt(offset);
    let received = offset;
    try {
      transfer.onReceived(received);
      for await (const chunk of this.#chunks(response, watchdog, stalled)) {
        received += chunk.length;
        if (expected.bytes !== null && received > expected.bytes)
          throw new SourceError("wrongFile", t("sends more than the file's {0} bytes", expected.bytes));
        await handle.appendFile(chunk);
        transfer.onReceived(received);
      }
    } finally {
      await handle.close();
    }
    if (expected.bytes !== null && received < expected.bytes) {
      if (mayBePage) {
        await partial.discard();
        throw notTheFile();
      }
      throw new Interruption(t("ended the connection at byte {0}", received));
    }
    expected.bytes ??= received;
  }

  /** The body's chunks; whatever ends it early is an Interruption. */
  async *#chunks(response: Response, watchdog: Watchdog, stalled: Interruption): AsyncGenerator<Uint8Array> {
    const reader = response.body?.getReader();
    if (!reader) return;
    try {
      for (;;) {
        watchdog.arm(this.#timings.stallMs, stalled);
        const next = await reader.read().catch((error: unknown) => {
          throw error instanceof Interruption ? error : new Interruption(t("broke off: {0}", reason(error)), error);
        });
        watchdog.disarm();
        if (next.done) return;
        yield next.value;
      }
    } finally {
      // Frees the connection when the consumer stopped early; of a body that broke there is nothing to free.
      await reader.cancel().catch(() => undefined);
    }
  }
}

function notTheFile(): SourceError {
  return new SourceError("failed", t("answered with something of no stated length, such as a page to log in at"));
}

/** Any failure before an answer means that the server cannot be reached. */
async function reached(asking: Promise<Response>, who: string, outer: AbortSignal): Promise<Response> {
  try {
    return await asking;
  } catch (error) {
    outer.throwIfAborted();
    if (error instanceof SourceError) throw error;
    throw new SourceError("unreachable", t("{0}cannot be reached ({1})", who, reason(error)), error);
  }
}

/** Names the server in a message when a redirect led away from the one the message is about anyway. */
function elsewhere(url: URL, from: URL): string {
  return url.host === from.host ? "" : `${url.host} `;
}

/** The innermost cause: fetch itself only says "fetch failed" or "terminated". */
function reason(error: unknown): string {
  const cause = (error as Error | undefined)?.cause;
  if (cause instanceof Error) return (cause as NodeJS.ErrnoException).code ?? cause.message;
  return error instanceof Error ? error.message : String(error);
}

function strongEtag(headers: Headers): string | null {
  const etag = headers.get("etag");
  return etag && !etag.startsWith("W/") ? etag : null;
}

function retryAfterMs(headers: Headers): number {
  const seconds = Number(headers.get("retry-after"));
  return Number.isFinite(seconds) ? Math.min(Math.max(0, seconds * 1000), maxRetryAfterMs) : 0;
}

/** URL of a file on the hub; `HF_ENDPOINT` names another hub, as for the hub's own tools. */
export function hubUrl(repository: string, revision: string, file: string, env: NodeJS.ProcessEnv): string {
  const endpoint = env.HF_ENDPOINT?.trim().replace(/\/+$/, "") || "https://huggingface.co";
  if (!URL.canParse(endpoint) || !/^https?:/.test(endpoint))
    throw new HunchError("downloadFailed", t("HF_ENDPOINT is not an address: {0}", endpoint), {
      hint: t("Unset HF_ENDPOINT, or set it to something like https://huggingface.co"),
    });
  return `${endpoint}/${repository}/resolve/${revision}/${file}`;
}
