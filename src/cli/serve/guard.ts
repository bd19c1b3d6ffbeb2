/**
 * Who may ask. A port on loopback can be reached by every program of this machine and by every web page in its browser:
 * a page by a name of its own that it points at 127.0.0.1 (DNS rebinding), or by a request that the browser sends without
 * asking. So the Host has to be a loopback name, an Origin has to be one that the user allowed, and a key is compared in
 * constant time.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { ApiError } from "./apiError.ts";

export interface GuardOptions {
  /** null: no key is asked for. */
  apiKey: string | null;
  /** Web origins whose pages may ask (`https://app.example`); others are refused. */
  origins: readonly string[];
}

const loopbackHost = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i;

/** @throws ApiError 403 for requests from elsewhere */
export function checkSource(request: IncomingMessage, { origins }: GuardOptions): void {
  const { host, origin } = request.headers;
  if (host === undefined || !loopbackHost.test(host))
    throw forbidden(`The host ${JSON.stringify(host ?? "")} is not this server: use 127.0.0.1 or localhost.`);
  if (origin !== undefined && !origins.includes(origin))
    throw forbidden(
      `Pages of ${JSON.stringify(origin)} may not use this server. \`hunch serve --cors-origin\` allows one.`,
    );
}

/** @throws ApiError 401 */
export function checkKey(request: IncomingMessage, { apiKey }: GuardOptions): void {
  if (apiKey === null) return;
  const { authorization = "", "x-api-key": header } = request.headers;
  const given = /^Bearer\s+(.+)$/i.exec(authorization)?.[1] ?? (typeof header === "string" ? header : "");
  if (timingSafeEqual(digest(given.trim()), digest(apiKey))) return;
  throw new ApiError(
    401,
    "authentication_error",
    "The API key is missing or wrong: send it as `Authorization: Bearer …`.",
    {
      code: "invalid_api_key",
      headers: { "WWW-Authenticate": "Bearer" },
    },
  );
}

/** Lets an allowed page read the reply; `checkSource` has refused all others. */
export function allowOrigin(request: IncomingMessage, response: ServerResponse): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  response.setHeader("Access-Control-Allow-Origin", origin);
  response.setHeader("Vary", "Origin");
  if (request.method !== "OPTIONS") return;
  response.setHeader("Access-Control-Allow-Methods", "GET, POST");
  response.setHeader("Access-Control-Allow-Headers", request.headers["access-control-request-headers"] ?? "");
  response.setHeader("Access-Control-Max-Age", "600");
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function forbidden(message: string): ApiError {
  return new ApiError(403, "invalid_request_error", message, { code: "forbidden" });
}
