/** Where llama-server is on this machine. One that the user has chosen or installed comes before the one Hunch built. */

import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { HunchError, isHunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import { thisUser } from "../folder.ts";
import { installedProgram, llamaServerName } from "./release.ts";

/** Name of the environment variable that names the program. */
export const llamaServerVariable = "HUNCH_LLAMA_SERVER";

export interface FoundLlamaServer {
  /** Absolute. */
  program: string;
  foundIn: "settings" | "environment" | "PATH" | "Hunch";
}

/**
 * The configured program, else that of the environment, else the first on PATH, else the one that Hunch built.
 * @param configured "" for none
 * @throws HunchError backendUnavailable when the one that is named can not be started; llamaServerMissing
 */
export function locateLlamaServer(configured: string, env: NodeJS.ProcessEnv = process.env): FoundLlamaServer {
  const setting = configured.trim();
  const named = setting || env[llamaServerVariable]?.trim() || "";
  if (named !== "") {
    if (isAbsolute(named) && isProgram(named))
      return { program: named, foundIn: setting === "" ? "environment" : "settings" };
    throw new HunchError(
      "backendUnavailable",
      t("{0} is no program that can be started (an absolute path is needed).", named),
      {
        hint: t(
          "Name another llama-server (hunch.llamaServer.path, or the environment's {0}), or none.",
          llamaServerVariable,
        ),
      },
    );
  }
  const onPath = llamaServerOnPath(env);
  if (onPath) return { program: onPath, foundIn: "PATH" };
  const installed = installedProgram({ ...thisUser(), env });
  if (isProgram(installed)) return { program: installed, foundIn: "Hunch" };
  throw new HunchError("llamaServerMissing", t("There is no llama-server on PATH, and Hunch has none."), {
    hint: t(
      "Get one with “Hunch: Get llama-server” (in a terminal: hunch llama-server install), or name yours (hunch.llamaServer.path, or the environment's {0}).",
      llamaServerVariable,
    ),
  });
}

/** Its path alone. @throws HunchError as locateLlamaServer */
export function findLlamaServer(configured: string, env: NodeJS.ProcessEnv = process.env): string {
  return locateLlamaServer(configured, env).program;
}

/** For who can do without. */
export interface LlamaServerHere {
  /** Absolute path; null when there is none, or the one that is named can not be started. */
  program: string | null;
  /** What is wrong with the one that is named; getting another would not help, since the named one comes first. */
  problem: HunchError | null;
}

export function llamaServerHere(configured: string, env: NodeJS.ProcessEnv = process.env): LlamaServerHere {
  try {
    return { program: findLlamaServer(configured, env), problem: null };
  } catch (error) {
    if (!isHunchError(error)) throw error;
    return { program: null, problem: error.code === "llamaServerMissing" ? null : error };
  }
}

/** null when there is none. */
export function llamaServerOnPath(env: NodeJS.ProcessEnv = process.env): string | null {
  const folders = (env.PATH ?? "").split(delimiter).filter(isAbsolute);
  return folders.map((folder) => join(folder, llamaServerName)).find(isProgram) ?? null;
}

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
