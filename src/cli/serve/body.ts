/** Reads a request's JSON body, as much of it as is allowed. */
import type { IncomingMessage } from "node:http";
import { ApiError, badRequest } from "./apiError.ts";

/** A context of a million tokens fits; what is larger is no prompt. */
export const bodyLimitBytes = 8 * 1024 * 1024;

/** @throws ApiError 413, 415, 400 */
export async function readJson(request: IncomingMessage, limitBytes = bodyLimitBytes): Promise<unknown> {
  const { "content-type": type = "", "content-encoding": encoding = "identity" } = request.headers;
  // Also keeps web pages out: this type is one that a browser asks before it sends.
  if (!/^application\/json\s*(;|$)/i.test(type))
    throw new ApiError(415, "invalid_request_error", "The body has to be of the type application/json.");
  if (encoding !== "identity")
    throw new ApiError(
      415,
      "invalid_request_error",
      `The content encoding ${JSON.stringify(encoding)} is not supported.`,
    );
  if (Number(request.headers["content-length"] ?? 0) > limitBytes) throw tooLarge(limitBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limitBytes) throw tooLarge(limitBytes);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)));
  } catch (error) {
    throw badRequest(`The body is not valid JSON: ${(error as Error).message.slice(0, 200)}`, "invalid_json");
  }
}

function tooLarge(limitBytes: number): ApiError {
  return new ApiError(413, "invalid_request_error", `The body is larger than ${limitBytes / 1024 / 1024} MiB.`, {
    // What is still being sent is not read.
    headers: { Connection: "close" },
  });
}
