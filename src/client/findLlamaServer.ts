/** Where llama-server is on this machine. It is never fetched: whoever has one has chosen it. */

import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { HunchError, isHunchError } from "../common/errors.ts";
import { t } from "../common/l10n.ts";

/** Name of the environment variable that names the program. */
export const llamaServerVariable = "HUNCH_LLAMA_SERVER";

/**
 * The program's absolute path: the configured one, else that of the environment, else the first on PATH.
 * @param configured "" for none
 * @throws HunchError backendUnavailable that says where was looked
 */
export function findLlamaServer(configured: string, env: NodeJS.ProcessEnv = process.env): string {
  const named = configured.trim() || env[llamaServerVariable]?.trim() || "";
  if (named !== "") {
    if (isAbsolute(named) && isProgram(named)) return named;
    throw unavailable(t("{0} is no program that can be started (an absolute path is needed).", named));
  }
  const found = llamaServerOnPath(env);
  if (found) return found;
  throw unavailable(t("There is no llama-server on PATH."));
}

/** The same; null when there is none that can be started. */
export function llamaServerHere(configured: string, env: NodeJS.ProcessEnv = process.env): string | null {
  try {
    return findLlamaServer(configured, env);
  } catch (error) {
    if (isHunchError(error)) return null;
    throw error;
  }
}

/** null when there is none. */
export function llamaServerOnPath(env: NodeJS.ProcessEnv = process.env): string | null {
  const name = process.platform === "win32" ? "llama-server.exe" : "llama-server";
  const folders = (env.PATH ?? "").split(delimiter).filter(isAbsolute);
  return folders.map((folder) => join(folder, name)).find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function unavailable(message: string): HunchError {
  return new HunchError("backendUnavailable", message, {
    hint: t(
      "Install llama.cpp, or name its llama-server (hunch.llamaServer.path, or the environment's {0}).",
      llamaServerVariable,
    ),
  });
}
