/** A real HTTP server on loopback that answers what a test wants, and remembers what it was asked. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
  path: string;
  headers: IncomingMessage["headers"];
  // biome-ignore lint/suspicious/noExplicitAny: the test says what it expects
  body: any;
}

export type Answer = (asked: Asked, response: ServerResponse, attempt: number) => void;

export class FakeServer {
  readonly asked: Asked[] = [];
  /** What it says it has. */
  models: object[] = [];
  readonly #server: Server;

  /** @param completion answers the generations; the list of models is answered by itself. `owner` is the server's make. */
  static async start(
    completion: Answer,
    o: { owner?: string; model?: object; prompt?: string; promptStatus?: number } = {},
  ): Promise<FakeServer> {
    const { owner = "other", model = {}, prompt = "", promptStatus = 200 } = o;
    let attempts = 0;
    const server = createServer(async (request, response) => {
      let text = "";
      for await (const chunk of request) text += chunk;
      const asked = { path: request.url ?? "", headers: request.headers, body: text === "" ? null : JSON.parse(text) };
      fake.asked.push(asked);
      if (asked.path === "/apply-template") json(response, promptStatus, { prompt });
      else if (request.method === "POST") completion(asked, response, ++attempts);
      else if (asked.path === "/v1/models") json(response, 200, { data: fake.models });
      else json(response, 404, { error: { message: "no such path" } });
    });
    const fake = new FakeServer(server);
    fake.models = [{ id: "m", owned_by: owner, max_model_len: 4096, ...model }, { id: "n" }];
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return fake;
  }

  private constructor(server: Server) {
    this.#server = server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get completions(): Asked[] {
    return this.asked.filter(({ path, body }) => body !== null && path.startsWith("/v1/"));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export function json(response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}) {
  response.writeHead(status, { "Content-Type": "application/json", ...headers });
  response.end(JSON.stringify(value));
}

export const delta = (value: object, finish: string | null = null) => ({
  choices: [{ delta: value, finish_reason: finish }],
});
export const usage = (prompt: number, completion: number) => ({
  choices: [],
  usage: { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion },
});

/** A stream of these chunks; `end` leaves out what a good server ends with. */
export function stream(response: ServerResponse, chunks: readonly object[], end: "done" | "open" | "broken" = "done") {
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  for (const chunk of chunks) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  if (end === "done") response.end("data: [DONE]\n\n");
  // After what was written has left.
  if (end === "broken") setTimeout(() => response.destroy(), 20);
}

/** A short thought and an answer. */
export const answer: Answer = (_, response) =>
  stream(response, [
    delta({ reasoning_content: "hm, " }),
    delta({ reasoning_content: "so" }),
    delta({ content: "\n\nYes" }),
    delta({ content: "." }, "stop"),
    usage(9, 4),
  ]);
