/** `serve`: one model, kept loaded and supervised, behind OpenAI's HTTP API on this machine. */
import type { Command } from "commander";
import { EngineSupervisor } from "../../client/supervisor.ts";
import { HunchError } from "../../common/errors.ts";
import { type EngineContext, engineOptions, loadModel } from "../engine.ts";
import type { EngineRequest } from "../engineRequest.ts";
import { printable } from "../terminal/ansi.ts";
import { integer } from "../values.ts";
import { ApiServer, checkPort } from "./httpServer.ts";

export interface ServeRequest {
  engine: EngineRequest;
  port: number;
  /** null: none is asked for. */
  apiKey: string | null;
  origins: readonly string[];
}

/** What commander makes of the options below. */
export interface ServeOptions {
  port: number;
  apiKey?: string;
  corsOrigin: string[];
  shared?: true;
}

const defaultPort = 8642;

export function addServeOptions(command: Command): Command {
  return command
    .option("--shared", "use the engine that your windows share, with its model in memory once (experimental)")
    .option("--port <n>", "port on 127.0.0.1; 0 takes any that is free", integer(0, 65_535), defaultPort)
    .option(
      "--api-key <key>",
      "key that clients have to send (better given by the environment: HUNCH_SERVE_KEY, else HUNCH_API_KEY, which with --backend openai is for that server alone)",
    )
    .option(
      "--cors-origin <origin>",
      "let web pages of this origin ask; can be given several times (default: none)",
      (value, all: string[]) => [...all, readOrigin(value)],
      [] as string[],
    );
}

export function serveRequest(
  engine: EngineRequest,
  { port, apiKey, corsOrigin }: ServeOptions,
  env: NodeJS.ProcessEnv = process.env,
): ServeRequest {
  return {
    engine,
    port,
    apiKey: apiKey === undefined ? keyOf(engine, env) : apiKey.trim() || null,
    origins: corsOrigin,
  };
}

/** The key for a server that runs the model is none for clients here, and theirs is not sent to it. */
function keyOf({ server }: EngineRequest, env: NodeJS.ProcessEnv): string | null {
  return env.HUNCH_SERVE_KEY?.trim() || (server?.kind === "openai" ? null : env.HUNCH_API_KEY?.trim() || null);
}

/** What tells the user that it can be asked now. */
export function servingLine({ apiKey }: ServeRequest, url: string, model: string): string {
  const to = apiKey === null ? "without a key" : "to clients that send the key";
  return printable(`${model} is served at ${url} ${to} (Ctrl-C ends it)`);
}

/**
 * Serves until it is interrupted. @param onReady told the address when the model is loaded
 * @throws HunchError of the model, the engine's start, or portInUse
 */
export async function serve(
  request: ServeRequest,
  context: EngineContext,
  onReady: (url: string, model: string) => void,
): Promise<void> {
  const { interrupts, output } = context;
  await checkPort(request.port);
  const params = { ...(await loadModel(request.engine, context)), lanes: "auto" as const };
  const supervisor = new EngineSupervisor({
    ...engineOptions(context),
    onHealth: (health) => {
      if (health.state === "loading") output.loading(params.target.id, health.progress);
      if (health.state === "restarting")
        output.notice({ code: "restarting", message: `The engine stopped (${health.reason}) and starts again.` });
    },
  });
  interrupts.onKill(() => void supervisor.dispose());
  try {
    const model = await supervisor.load(params, { signal: interrupts.signal });
    for (const notice of model.notices) output.notice(notice);
    const engine = {
      model,
      speculation: request.engine.speculation,
      get health() {
        return supervisor.health;
      },
      generate: supervisor.generate.bind(supervisor, params),
    };
    const { port, apiKey, origins } = request;
    const log = (message: string) => {
      if (context.verbose) process.stderr.write(`[serve] ${message}\n`);
    };
    const server = await ApiServer.start(engine, { port, apiKey, origins, log });
    onReady(server.url, model.id);
    await new Promise<void>((resolve) => {
      if (interrupts.signal.aborted) resolve();
      else interrupts.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await server.close();
  } finally {
    await supervisor.dispose();
  }
}

/** "https://app.example", as browsers send it. */
function readOrigin(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url && url.origin !== "null") return url.origin;
  throw new HunchError("usage", `"${value}" is no web origin.`, { hint: "One looks like https://app.example:3000." });
}
