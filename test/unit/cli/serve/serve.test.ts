import { type AddressInfo, createServer } from "node:net";
import { Command } from "commander";
import { expect, onTestFinished, test, vi } from "vitest";
import { parseAskRequest } from "../../../../src/cli/askRequest.ts";
import { addEngineOptions, engineRequest, type ParsedOptions } from "../../../../src/cli/engineRequest.ts";
import { Interrupts } from "../../../../src/cli/interrupts.ts";
import { PlainOutput } from "../../../../src/cli/output/plain.ts";
import {
  addServeOptions,
  type ServeOptions,
  serve,
  serveRequest,
  servingLine,
} from "../../../../src/cli/serve/serve.ts";
import { ModelStore } from "../../../../src/models/store.ts";
import { fileServer, serve as serveFile } from "../../models/support/fileServer.ts";
import { temporaryFolder } from "../../models/support/folder.ts";
import { modelOf, testContent } from "../../models/support/model.ts";

test("a port that is taken is told before the model is fetched", async () => {
  const content = testContent(1_000);
  const source = await fileServer(serveFile(content));
  vi.stubEnv("HF_ENDPOINT", source.origin);
  onTestFinished(() => void vi.unstubAllEnvs());
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const interrupts = new Interrupts();
  onTestFinished(() => interrupts.dispose());

  const { engine } = parseAskRequest(["Hello", "--model", "test"]);
  const store = new ModelStore({ folder: temporaryFolder(), models: [modelOf(content, { id: "test" })] });
  const silent = () => {};
  const context = { store, output: new PlainOutput(silent, silent), interrupts, verbose: false };
  const served = serve({ engine, port, apiKey: null, origins: [] }, context, silent);
  await expect(served).rejects.toMatchObject({ code: "portInUse" });
  expect(source.requests).toEqual([]);
});

/** What a command line and variables mean. */
function requested(argv: string[], env: NodeJS.ProcessEnv) {
  const command = addServeOptions(addEngineOptions(new Command()));
  const options = command.parse(argv, { from: "user" }).opts<ParsedOptions & ServeOptions>();
  return serveRequest(engineRequest(options, env), options, env);
}

test("clients are asked for the key of the environment", () => {
  for (const backend of [[], ["--backend", "embedded"]]) {
    expect(requested(backend, {}).apiKey).toBeNull();
    expect(requested(backend, { HUNCH_API_KEY: " a " }).apiKey).toBe("a");
    expect(requested(backend, { HUNCH_API_KEY: "a", HUNCH_SERVE_KEY: "b" }).apiKey).toBe("b");
    expect(requested([...backend, "--api-key", "c"], { HUNCH_API_KEY: "a", HUNCH_SERVE_KEY: "b" }).apiKey).toBe("c");
  }
});

test("in front of a server its key is not asked of clients, and theirs is not sent to it", () => {
  const argv = ["--backend", "openai", "--endpoint", "http://far"];
  const keys = (env: NodeJS.ProcessEnv, ...more: string[]) => {
    const { apiKey, engine } = requested([...argv, ...more], env);
    return { clients: apiKey, server: engine.server?.kind === "openai" ? engine.server.apiKey : undefined };
  };
  expect(keys({ HUNCH_API_KEY: "a" })).toEqual({ clients: null, server: "a" });
  expect(keys({ HUNCH_SERVE_KEY: "b" })).toEqual({ clients: "b", server: null });
  expect(keys({ HUNCH_API_KEY: "a", HUNCH_SERVE_KEY: "b" })).toEqual({ clients: "b", server: "a" });
  expect(keys({ HUNCH_API_KEY: "a" }, "--api-key", "c")).toEqual({ clients: "c", server: "a" });
});

test("says at its start whether it wants a key, and never which", () => {
  const line = (env: NodeJS.ProcessEnv) => servingLine(requested([], env), "http://127.0.0.1:1/v1", "tiny");
  expect(line({})).toBe("tiny is served at http://127.0.0.1:1/v1 without a key (Ctrl-C ends it)");
  expect(line({ HUNCH_SERVE_KEY: "secret" })).toBe(
    "tiny is served at http://127.0.0.1:1/v1 to clients that send the key (Ctrl-C ends it)",
  );
});
