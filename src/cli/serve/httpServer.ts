/**
 * OpenAI's HTTP API on loopback: routes, limits, and one generation for each request that lives as long as its
 * connection. Knows the engine only as something that generates, so that it can be tested without one.
 */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { HunchError } from "../../common/errors.ts";
import type { EngineHealth } from "../../common/panel.ts";
import type {
  GenerateParams,
  GenerationEvent,
  GenerationResult,
  ModelInfo,
  SpeculationMode,
} from "../../common/protocol.ts";
import { ApiError } from "./apiError.ts";
import { type ApiKind, readRequest } from "./apiRequest.ts";
import { readJson } from "./body.ts";
import { allowOrigin, checkKey, checkSource, type GuardOptions } from "./guard.ts";
import { Reply, sendError } from "./reply.ts";

export interface ServedEngine {
  readonly model: ModelInfo;
  readonly health: EngineHealth;
  readonly speculation: SpeculationMode;
  generate(
    params: GenerateParams,
    o: { onEvents(events: GenerationEvent[]): void; signal: AbortSignal },
  ): Promise<GenerationResult>;
}

export interface ServerOptions extends GuardOptions {
  /** 0: any free one. */
  port: number;
  log(message: string): void;
}

/** Requests that run or wait; more are turned away, since each one waits for all before it. */
export const mostRequests = 32;
const mostConnections = 128;
const headersTimeoutMs = 10_000;
const bodyTimeoutMs = 60_000;

const kinds: Readonly<Record<string, ApiKind>> = {
  "/v1/chat/completions": "chat",
  "/v1/completions": "completion",
};

export class ApiServer {
  readonly #engine: ServedEngine;
  readonly #options: ServerOptions;
  readonly #server: Server;
  readonly #running = new Set<AbortController>();
  /** A connection is a conversation when its requests do not say which one they belong to. */
  readonly #conversations = new WeakMap<Socket, string>();
  readonly #startedAt = Math.floor(Date.now() / 1000);

  /** @throws HunchError portInUse */
  static async start(engine: ServedEngine, options: ServerOptions): Promise<ApiServer> {
    const server = new ApiServer(engine, options);
    await listen(server.#server, options.port);
    return server;
  }

  private constructor(engine: ServedEngine, options: ServerOptions) {
    this.#engine = engine;
    this.#options = options;
    this.#server = createServer(
      { headersTimeout: headersTimeoutMs, requestTimeout: bodyTimeoutMs, maxHeaderSize: 16 * 1024 },
      (request, response) => void this.#serve(request, response),
    );
    this.#server.maxConnections = mostConnections;
  }

  /** "http://127.0.0.1:PORT/v1" */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  /** Stops what runs and closes every connection. */
  async close(): Promise<void> {
    for (const abort of this.#running) abort.abort();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "" } = request;
    const path = url.split("?", 1)[0] ?? "";
    const start = performance.now();
    response.once("close", () => {
      this.#options.log(`${method} ${path} ${response.statusCode} ${Math.round(performance.now() - start)} ms`);
    });
    try {
      checkSource(request, this.#options);
      allowOrigin(request, response);
      if (method === "OPTIONS") response.writeHead(204).end();
      else if (path === "/health" || path === "/v1/health") this.#health(response);
      else {
        checkKey(request, this.#options);
        await this.#route(method, path, request, response);
      }
    } catch (error) {
      // A client that is gone: nobody is left to tell.
      if (response.destroyed) return;
      if (error instanceof ApiError) return sendError(response, error);
      this.#options.log(`${method} ${path} failed: ${error instanceof Error ? error.stack : error}`);
      if (!response.headersSent) sendError(response, new ApiError(500, "server_error", "The server failed."));
      else response.destroy();
    }
  }

  async #route(method: string, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const kind = Object.hasOwn(kinds, path) ? kinds[path] : undefined;
    const listsModels = path === "/v1/models" || path.startsWith("/v1/models/");
    if (!kind && !listsModels)
      throw new ApiError(404, "invalid_request_error", `There is nothing at ${path}.`, { code: "not_found" });
    const allowed = kind ? "POST" : "GET";
    if (method !== allowed)
      throw new ApiError(405, "invalid_request_error", `${path} takes ${allowed}.`, { headers: { Allow: allowed } });
    if (kind) await this.#generate(kind, request, response);
    else this.#models(path, response);
  }

  async #generate(kind: ApiKind, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#running.size >= mostRequests)
      throw new ApiError(429, "rate_limit_error", `${mostRequests} requests are waiting already; try again later.`, {
        headers: { "Retry-After": "2" },
      });
    const abort = new AbortController();
    this.#running.add(abort);
    // Also fires at an orderly end, when there is nothing left to abort.
    response.once("close", () => abort.abort());
    try {
      const body = await readJson(request);
      const { model, speculation } = this.#engine;
      const read = readRequest(kind, body, { model, speculation, conversationId: this.#conversation(request.socket) });
      const reply = new Reply(read, model, response, () => abort.abort());
      try {
        const onEvents = (events: GenerationEvent[]) => reply.events(events);
        const result = await this.#engine.generate(read.params, { onEvents, signal: abort.signal });
        if (!response.destroyed) reply.done(result);
      } catch (error) {
        if (!response.destroyed) reply.failed(error);
      }
    } finally {
      this.#running.delete(abort);
    }
  }

  #conversation(socket: Socket): string {
    const known = this.#conversations.get(socket) ?? randomUUID();
    this.#conversations.set(socket, known);
    return known;
  }

  #health(response: ServerResponse): void {
    const { health } = this.#engine;
    // Off: the shared engine has ended, and the next request starts one.
    const ok = ["ready", "busy", "off"].includes(health.state);
    response.writeHead(ok ? 200 : 503, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ status: ok ? "ok" : health.state }));
  }

  #models(path: string, response: ServerResponse): void {
    const { model } = this.#engine;
    const entry = {
      id: model.id,
      object: "model",
      created: this.#startedAt,
      owned_by: "hunch",
      max_model_len: model.contextSize,
      thinking: model.thinking,
      meta: {
        n_ctx: model.contextSize,
        n_ctx_train: model.trainContextSize,
        n_vocab: model.vocabularySize,
        size: model.sizeBytes,
      },
    };
    const wanted = decoded(path.slice("/v1/models/".length));
    if (path !== "/v1/models" && wanted !== model.id)
      throw new ApiError(404, "invalid_request_error", `There is no model ${JSON.stringify(wanted)} here.`, {
        code: "model_not_found",
      });
    response.writeHead(200, { "Content-Type": "application/json" });
    response.end(JSON.stringify(path === "/v1/models" ? { object: "list", data: [entry] } : entry));
  }
}

/** What `start` would find out of a port, before a model is fetched and loaded. @throws HunchError portInUse */
export async function checkPort(port: number): Promise<void> {
  const probe = createServer();
  await listen(probe, port);
  await new Promise((resolve) => probe.close(resolve));
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE" || error.code === "EACCES";
      const reason = taken ? `Port ${port} is taken or not allowed.` : `The server can not listen: ${error.message}`;
      const hint = "Choose another with --port; 0 takes any that is free.";
      reject(new HunchError("portInUse", reason, { hint, cause: error }));
    });
    server.listen(port, "127.0.0.1", resolve);
  });
}

/** A part of a path; as it stands where it is not encoded rightly. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
