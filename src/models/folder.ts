/** Where downloaded models live: outside any checkout or workspace, one folder a user, shared by editor and terminal. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { thisHost } from "../common/thisHost.ts";

export interface FolderInputs {
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  home: string;
}

/** Environment, platform and home of this process. */
export function thisUser(): FolderInputs {
  return { env: process.env, platform: process.platform, home: homedir() };
}

/**
 * Absolute path. The environment's HUNCH_MODELS wins (it speaks for one run), then the setting, then the user's cache
 * folder of the platform.
 */
export function modelsFolder(setting: string | undefined, from: FolderInputs): string {
  const chosen = from.env.HUNCH_MODELS?.trim() || setting?.trim();
  return chosen ? resolve(expandHome(chosen, from.home)) : join(userCacheFolder(from), "hunch", "models");
}

export function userCacheFolder({ env, platform, home }: FolderInputs): string {
  switch (platform) {
    case "win32":
      return env.LOCALAPPDATA || join(home, "AppData", "Local");
    case "darwin":
      return join(home, "Library", "Caches");
    default:
      return env.XDG_CACHE_HOME || join(home, ".cache");
  }
}

/** `~` and `~/…` mean the home folder, in settings too, where no shell expands them. */
export function expandHome(path: string, home: string): string {
  return path === "~" || path.startsWith("~/") || path.startsWith("~\\") ? join(home, path.slice(1)) : path;
}

/** What engines measure and keep, where they are not the editor's own. */
export function engineFolder(from: FolderInputs): string {
  return join(userCacheFolder(from), "hunch", "engine");
}

/**
 * Where this user's programs find the engine that they share: on this machine, since others may have the same home folder
 * and none reaches another's engine. `formerFolder`: where the first versions of Hunch met, of all machines in one.
 */
export function sharedEnginePlace(from: FolderInputs): { folder: string; formerFolder: string } {
  const formerFolder = join(userCacheFolder(from), "hunch", "shared-engine");
  return { folder: join(formerFolder, thisHost), formerFolder };
}

/** What calibrations found, for every model of this user: the editor uses what was found in a terminal, and the other way. */
export function calibrationFolder(from: FolderInputs): string {
  return join(userCacheFolder(from), "hunch", "calibration");
}
