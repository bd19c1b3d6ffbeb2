/** What went wrong at a server, in words for the user; the server's own words are quoted, never trusted. */
import { HunchError } from "../../../common/errors.ts";

const quotedLength = 300;
const keyHint = "Give the right one by HUNCH_API_KEY, or with “Hunch: Set Server Key”.";

/** A failure that may be over in a moment, so that asking again is worth it. */
export class PassingError extends HunchError {
  /** Wait that the server asks for (ms); null when it does not say. */
  readonly waitMs: number | null;

  constructor({ code, message, hint, cause }: HunchError, waitMs: number | null) {
    super(code, message, { hint, cause });
    this.waitMs = waitMs;
  }
}

/** It gave no answer in the time that it was given, and may do so with more. */
export class SilentError extends HunchError {
  constructor(url: URL, waitMs: number) {
    const { code, message, hint, cause } = unreachable(url, new Error(`it was silent for ${waitMs / 1000} s`));
    super(code, message, { hint, cause });
  }
}

/** No answer came, or it broke off. @param proxy through which it was asked; null for none */
export function unreachable(url: URL, cause: Error, proxy: string | null = null): HunchError {
  const { code } = cause as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    ECONNREFUSED: "nothing listens there",
    ENOTFOUND: "its name is not known",
    ECONNRESET: "it closed the connection",
  };
  const reason = (code && reasons[code]) ?? cause.message;
  const way = proxy === null ? "" : ` through the proxy ${proxy}`;
  return new HunchError("backendUnreachable", `The server at ${url.host} can not be reached${way}: ${reason}.`, {
    hint: "Check that it runs and that the address is right (hunch.endpoint, --endpoint).",
    cause,
  });
}

/** The answer ended before it was complete. */
export function brokenOff(url: URL, cause?: unknown): HunchError {
  const silent = cause instanceof Error && /silent/.test(cause.message) ? ` (${cause.message})` : "";
  const message = `The server at ${url.host} broke off in the middle of its answer${silent}.`;
  const hint = "The text so far is kept. Continue, or ask again; the server's log may say why.";
  return new PassingError(new HunchError("backendFailed", message, { hint, cause }), null);
}

/** A key that was pasted with what is not seen, as a zero-width space. It is not quoted: it is a secret. */
export function unsendableKey(url: URL): HunchError {
  const message = `The key for the server at ${url.host} holds a character that can not be sent, perhaps an invisible one.`;
  return new HunchError("backendRefused", message, { hint: keyHint });
}

/** A status other than 200. */
export function refusal(url: URL, status: number, body: string, location?: string): HunchError {
  const said = errorText(body);
  const quoted = said === "" ? "" : ` It says: ${said}`;
  if (status >= 300 && status < 400)
    return new HunchError(
      "backendRefused",
      `The server at ${url.host} sends its callers on to ${location ?? "elsewhere"}.`,
      {
        hint: "Hunch sends to the configured address only. Configure the new one if you trust it.",
      },
    );
  if (status === 401 || status === 403)
    return new HunchError("backendRefused", `The server at ${url.host} refuses the key (${status}).${quoted}`, {
      hint: keyHint,
    });
  if (status === 429)
    return new HunchError("backendRefused", `The server at ${url.host} has too much to do (429).${quoted}`, {
      hint: "Wait a little and ask again.",
    });
  if (isTooLong(body))
    return new HunchError("promptTooLong", `The prompt is longer than the server's context.${quoted}`, {
      hint: "Select less code, start a new chat, or give the server a larger context.",
    });
  if (status === 404)
    return new HunchError(
      "unknownModel",
      `The server at ${url.host} does not know the model or the path ${url.pathname}.${quoted}`,
      {
        hint: "Check the model's name (hunch.serverModel, --model) and the address, with its path (most often /v1).",
      },
    );
  return new HunchError(
    status >= 500 ? "backendFailed" : "backendRefused",
    `The server at ${url.host} answers ${status}.${quoted}`,
    {
      hint:
        status >= 500
          ? "Look into the server's log; ask again when it is well."
          : "The server can not do what it was asked for.",
    },
  );
}

/** An error that a server sends inside its stream. */
export function streamError(url: URL, error: unknown): HunchError {
  const text = errorText(JSON.stringify({ error }));
  return new HunchError(
    "backendFailed",
    `The server at ${url.host} stopped with an error: ${text || "it does not say which"}.`,
    {
      hint: "The text so far is kept. Continue, or ask again; the server's log may say more.",
    },
  );
}

function isTooLong(body: string): boolean {
  return /exceed_context_size|context_length_exceeded|maximum context length|longer than the maximum/i.test(body);
}

/** The message of OpenAI's `{"error": {"message": …}}` and its relatives, or the text itself. */
function errorText(body: string): string {
  let found: unknown = body;
  try {
    const value = JSON.parse(body) as Record<string, unknown> | null;
    const error = value?.error ?? value;
    found = typeof error === "object" && error !== null ? ((error as { message?: unknown }).message ?? body) : error;
  } catch {
    // Not JSON: quoted as it is.
  }
  // Control characters too: they are no words.
  return String(found)
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .slice(0, quotedLength);
}
