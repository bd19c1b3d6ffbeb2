/** `hunch serve` beside the window, for the end-to-end tests in which a server answers. */
import { spawn } from "node:child_process";
import path from "node:path";
import { repository, until } from "./host.mjs";

/** Serves a model on a free port. key: what requests have to carry; absent: nothing. @returns its address and its process */
export async function serveModel(model, key) {
  const { HUNCH_API_KEY: _, HUNCH_SERVE_KEY: __, ...env } = process.env;
  const cli = path.join(repository, "dist/cli.mjs");
  const server = spawn(process.execPath, [cli, "serve", "--model", model, "--port", "0"], {
    env: key === undefined ? env : { ...env, HUNCH_API_KEY: key },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  server.stdout.on("data", (data) => {
    said += data;
  });
  const [, endpoint] = await until("the server", () => / is served at (http:\/\/\S+)/.exec(said));
  return { endpoint, server };
}
