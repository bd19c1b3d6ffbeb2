/** Entry of the engine process: JSON-RPC over the IPC channel of a fork; ends with its parent. */
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from "vscode-jsonrpc/node";
import { EngineServer } from "./server.ts";

if (!process.send) {
  console.error("This is Hunch's engine; it is started by the extension or the `hunch` command.");
  process.exit(2);
}

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
const exit = () => process.exit(0);
new EngineServer(connection, exit);
connection.listen();
// The channel closes when the parent ends, however it ends.
process.on("disconnect", exit);
// Ctrl-C in a terminal reaches the whole process group; the parent decides what it means.
process.on("SIGINT", () => {});
// So may these; the parent is left a moment to take what there is of an answer.
const graceMs = 3_000;
for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => setTimeout(exit, graceMs));
