/** Looks at the shared engine without starting one. */
import { existsSync } from "node:fs";
import type { EngineStatus, LogLevel } from "../common/protocol.ts";
import { statusRequest } from "../common/protocol.ts";
import { buildOf, kinship } from "../sharing/build.ts";
import { Rendezvous } from "../sharing/rendezvous.ts";
import { shakeHands } from "./handshake.ts";
import { SharedLink } from "./sharedLink.ts";

export interface SharedEngineReport {
  pid: number;
  version: string;
  /** Without the one that asks; null: it is of another version, which speaks in its own way. */
  status: Omit<EngineStatus, "devices"> | null;
}

const answerMs = 5_000;

/**
 * null when none runs.
 * @param folder of the rendezvous. @param enginePath this program's engine
 * @throws HunchError when it does not answer; Error of the folder
 */
export async function sharedEngineStatus(
  folder: string,
  enginePath: string,
  onLog: (level: LogLevel, message: string) => void,
): Promise<SharedEngineReport | null> {
  const record = existsSync(folder) ? new Rendezvous(folder).read() : null;
  const link = record && (await SharedLink.open(record, onLog));
  if (!link) return null;
  const { pid, version, token } = record;
  try {
    if (kinship(record, buildOf(enginePath)) !== "same") return { pid, version, status: null };
    await shakeHands(link, { client: "doctor", logLevel: "error", stateFolder: "", token }, answerMs);
    const { devices: _, clients, ...status } = await link.connection.sendRequest(statusRequest, { devices: false });
    return { pid, version, status: { ...status, clients: clients - 1 } };
  } finally {
    link.abandon();
  }
}
