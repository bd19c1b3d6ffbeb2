/**
 * Entry of the engine process. Forked as it is, it speaks with its parent over the IPC channel and ends with it. With
 * `--listen OPTIONS` (JSON, see ListenOptions) it is shared: it outlives its parent, whom it tells when it can be reached.
 */
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from "vscode-jsonrpc/node";
import { HunchError } from "../common/errors.ts";
import { closingNotification } from "../common/protocol.ts";
import { Engine } from "./engine.ts";
import { Listener } from "./listen.ts";
import { EngineServer } from "./server.ts";

/** A parent that is told to end is left a moment to take what there is of an answer (ms). */
const graceMs = 3_000;
const exit = () => process.exit(0);

if (!process.send) {
  console.error("This is Hunch's engine; it is started by the extension or the `hunch` command.");
  process.exit(2);
}
if (process.argv[2] === "--listen") await listen(process.argv[3] ?? "");
else serveParent();

function serveParent(): void {
  const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
  let engine: Engine | null = null;
  let closing: Promise<void> = Promise.resolve();
  let isWriting = false;
  const onWriting = () => {
    isWriting = true;
    connection.sendNotification(closingNotification).catch(() => {});
  };
  new EngineServer(connection, {
    admit: ({ stateFolder }) => {
      engine = new Engine(stateFolder);
      return engine;
    },
    shutdown: async () => {
      closing = engine?.close(onWriting) ?? closing;
      await closing;
      setImmediate(exit);
    },
    retire: () => {
      throw new HunchError("unauthorized", "This engine is not shared.");
    },
  });
  connection.listen();
  // The channel closes when the parent ends, however it ends; what is being written then is written.
  process.on("disconnect", () => (isWriting ? void closing.finally(exit) : exit()));
  // Ctrl-C in a terminal reaches the whole process group; the parent decides what it means.
  process.on("SIGINT", () => {});
  // So may these.
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => setTimeout(exit, graceMs));
}

async function listen(options: string): Promise<void> {
  // Of what it makes only the user has any part, the socket first of all.
  process.umask(0o077);
  const listener = await Listener.start(JSON.parse(options), exit);
  process.on("exit", () => listener.withdraw());
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => void listener.end());
  process.send?.("listening", () => {
    if (process.connected) process.disconnect();
  });
}
