/** A llama-server on this machine, for tests that need a real one. */
import { accessSync, constants } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";

function find(): string | null {
  const named = process.env.HUNCH_LLAMA_SERVER;
  const candidates = named
    ? [named]
    : (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "llama-server"));
  for (const path of candidates) {
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // the next one
    }
  }
  return null;
}

export const llamaServer = find();
/** For the names of tests that are skipped without it. */
export const llamaServerMissing =
  llamaServer === null ? " (SKIPPED: none on PATH; HUNCH_LLAMA_SERVER can name one)" : "";

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
