/**
 * The engine that the programs of one user share: found, started by whoever comes first, and replaced by whoever brings a
 * newer one. Its clients then go over to the new one with their next request.
 */
import { type ChildProcess, fork } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { toErrorData } from "../common/errors.ts";
import { t } from "../common/l10n.ts";
import { buildOf, type EngineBuild, kinship } from "../sharing/build.ts";
import { type EngineRecord, Rendezvous } from "../sharing/rendezvous.ts";
import { whileStarting } from "../sharing/startLock.ts";
import { howItEnded, lastWords } from "./crash.ts";
import { forkOptions, lowerPriority, startFailed } from "./engineProcess.ts";
import type { EngineOptions, OpenEngine } from "./engineSource.ts";
import { shakeHands } from "./handshake.ts";
import { endOf, type ProcessEnd, SharedLink } from "./sharedLink.ts";

export interface SharingOptions {
  /** Of the rendezvous: whoever names the same one shares an engine. */
  folder: string;
  /** Of the rendezvous of older versions, perhaps of several machines: an engine of theirs here is replaced too. */
  formerFolder?: string;
  /** Time that the engine stays without clients (ms), default a minute: a window that is loaded anew finds it. */
  lingerMs?: number;
  /** Default: that of the engine's bundle. */
  build?: EngineBuild;
}

const usualLingerMs = 60_000;
/** Time for a running engine to answer (ms); one that starts gets longer. */
const answerMs = 10_000;

type SharedOptions = EngineOptions & { sharing: SharingOptions };

/**
 * A connection to the shared engine; null where there is one that this program can not use and must not replace.
 * @throws HunchError engineStartFailed; Error of the rendezvous
 */
export async function openShared(o: SharedOptions): Promise<OpenEngine | null> {
  const place = new Rendezvous(o.sharing.folder);
  const build = buildFor(o);
  const found = await join(place.read(), build, o);
  if (found !== "none" && found !== "older") return found;
  return whileStarting(o.sharing.folder, async () => {
    // Another program may have started one, or replaced it, meanwhile.
    const record = place.read();
    const again = await join(record, build, o);
    if (again !== "none" && again !== "older") return again;
    if (record && again === "older") await replace(record, o);
    else if (record && !(await answers(record, o))) place.withdraw(record);
    await replaceFormer(build, o);
    const { ended } = await start(place, build, o);
    const opened = await join(place.read(), build, o, ended);
    if (opened === "none" || opened === "older") throw startFailed(undefined, t("it can not be reached."));
    return opened;
  });
}

/** Has the engine that runs for programs like this one end what it does and go. @throws Error of the rendezvous */
export async function retireShared(o: SharedOptions): Promise<void> {
  const record = new Rendezvous(o.sharing.folder).read();
  if (!record || kinship(record, buildFor(o)) !== "same") return;
  await (await SharedLink.open(record, o.onLog))?.retire();
}

/** null: alive, and not for us. "none": nobody answers there. @param ended of the one that was started for it */
async function join(
  record: EngineRecord | null,
  build: EngineBuild,
  o: SharedOptions,
  ended?: Promise<ProcessEnd>,
): Promise<OpenEngine | null | "none" | "older"> {
  const link = record && (await SharedLink.open(record, o.onLog, ended));
  if (!link) return "none";
  const kin = kinship(record, build);
  if (kin !== "same") {
    link.abandon();
    return kin === "older" ? "older" : null;
  }
  const { client, logLevel, stateFolder } = o;
  try {
    return { link, hello: await shakeHands(link, { client, logLevel, stateFolder, token: record.token }, answerMs) };
  } catch (error) {
    // It is just ending, or hangs; or the record is not its own.
    o.onLog("warn", `the shared engine does not let this program in: ${toErrorData(error).message}`);
    return "none";
  }
}

function buildFor({ sharing, enginePath }: SharedOptions): EngineBuild {
  return sharing.build ?? buildOf(enginePath);
}

/** False: its engine is dead, and what it left is in the way. */
async function answers(record: EngineRecord, o: SharedOptions): Promise<boolean> {
  const link = await SharedLink.open(record, o.onLog);
  link?.abandon();
  return link !== null;
}

/** Has an older engine end what it does and go. */
async function replace(record: EngineRecord, o: SharedOptions): Promise<void> {
  const link = await SharedLink.open(record, o.onLog);
  if (!link) return;
  const { version, pid } = record;
  o.onLog("info", `the shared engine of version ${version} (process ${pid}) is replaced by a newer one`);
  await link.retire();
}

/** Nobody answers here where it is another machine's: that one's record stays. */
async function replaceFormer(build: EngineBuild, o: SharedOptions): Promise<void> {
  const { formerFolder } = o.sharing;
  if (formerFolder === undefined || !existsSync(formerFolder)) return;
  const record = new Rendezvous(formerFolder).read();
  if (record && kinship(record, build) === "older") await replace(record, o);
}

/**
 * Starts an engine that outlives this process, and can be found then. `ended`: should this process live to see it.
 * @throws HunchError engineStartFailed
 */
async function start(place: Rendezvous, build: EngineBuild, o: SharedOptions): Promise<{ ended: Promise<ProcessEnd> }> {
  const { folder, lingerMs = usualLingerMs } = o.sharing;
  const log = place.newLog();
  const options = { folder, stateFolder: o.stateFolder, lingerMs, build, log };
  const output = openSync(log, "a", 0o600);
  let child: ChildProcess;
  try {
    child = fork(o.enginePath, ["--listen", JSON.stringify(options)], {
      ...forkOptions(o.env ?? {}),
      cwd: folder,
      detached: true,
      stdio: ["ignore", output, output, "ipc"],
    });
  } catch (error) {
    throw startFailed(error);
  } finally {
    closeSync(output);
  }
  if (o.background) lowerPriority(child, o.onLog);
  await listening(child, log, o.startTimeoutMs ?? 60_000);
  // From here on it is nobody's child.
  if (child.connected) child.disconnect();
  child.unref();
  // In an object: nobody waits for that end here.
  return { ended: new Promise((resolve) => child.once("exit", (code, signal) => resolve({ code, signal }))) };
}

/** @throws HunchError engineStartFailed when it ends before or says nothing; it is then ended */
async function listening(child: ChildProcess, log: string, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      child.once("message", () => resolve());
      child.once("error", (error) => reject(startFailed(error)));
      child.once("exit", (code, signal) => {
        const reason = lastWords(endOf(log));
        const how = howItEnded({ code, signal, expected: false });
        reject(startFailed(undefined, t("it ended at once ({0}){1}", how, reason ? `: ${reason}` : ".")));
      });
      const late = startFailed(undefined, t("no answer within {0} s.", Math.round(timeoutMs / 1000)));
      timer = setTimeout(() => reject(late), timeoutMs);
    });
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
