/** Where an engine comes from: a process of one's own, or the one that the user's programs share. */
import { mkdirSync } from "node:fs";
import { toErrorData } from "../common/errors.ts";
import { t } from "../common/l10n.ts";
import type { InitializeResult, LogLevel } from "../common/protocol.ts";
import type { EngineLink } from "./engineLink.ts";
import { EngineProcess, startFailed } from "./engineProcess.ts";
import { shakeHands } from "./handshake.ts";
import { openShared, retireShared, type SharingOptions } from "./sharedEngine.ts";

export interface EngineOptions {
  /** The engine's bundle. */
  enginePath: string;
  /** Who starts it, for the engine's log: "cli", "vscode". */
  client: string;
  /** Folder for what the engine measures and keeps; made when missing. */
  stateFolder: string;
  logLevel: LogLevel;
  onLog(level: LogLevel, message: string): void;
  env?: Record<string, string>;
  /** Time for the engine's first word (ms); default 60 000, since a cold disk under load is slow. */
  startTimeoutMs?: number;
  /** Below the priority of other programs: who starts it is typed into, and must not wait for what is generated. */
  background?: boolean;
  /** After a failure of the GPU whoever starts it loads models on the processor, as a supervisor does: errors say so. */
  leavesGpu?: boolean;
  /** Absent: an engine of one's own. */
  sharing?: SharingOptions;
}

export interface OpenEngine {
  link: EngineLink;
  hello: InitializeResult;
}

/**
 * An engine that has shaken hands. Where none can be shared, it is one of one's own: sharing saves memory, and must not
 * cost an answer.
 * @throws HunchError engineStartFailed, protocolMismatch
 */
export async function openEngine(o: EngineOptions): Promise<OpenEngine> {
  try {
    mkdirSync(o.stateFolder, { recursive: true });
  } catch (error) {
    throw startFailed(error, t("its folder {0} can not be made ({1}).", o.stateFolder, (error as Error).message));
  }
  return (await openSharedIfAny(o)) ?? openOwn(o);
}

async function openSharedIfAny(o: EngineOptions): Promise<OpenEngine | null> {
  const { sharing } = o;
  if (!sharing) return null;
  try {
    const shared = await openShared({ ...o, sharing });
    if (!shared) o.onLog("info", "the shared engine is of another version of Hunch: this program starts its own");
    return shared;
  } catch (error) {
    o.onLog("warn", `no engine can be shared, this program starts its own: ${toErrorData(error).message}`);
    return null;
  }
}

/** Has the engine that others share end, where this program shares one and is not connected to it. Never rejects. */
export async function retireSharedIfAny({ sharing, ...o }: EngineOptions): Promise<void> {
  if (!sharing) return;
  try {
    await retireShared({ ...o, sharing });
  } catch (error) {
    o.onLog("warn", `the shared engine was not restarted: ${toErrorData(error).message}`);
  }
}

async function openOwn({ enginePath, env = {}, background, onLog, startTimeoutMs = 60_000, ...o }: EngineOptions) {
  const link = new EngineProcess({ enginePath, env, background, onLog });
  const { client, logLevel, stateFolder } = o;
  return { link, hello: await shakeHands(link, { client, logLevel, stateFolder }, startTimeoutMs) };
}
