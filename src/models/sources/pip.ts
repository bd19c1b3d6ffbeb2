/**
 * Fetches one package with the user's own pip, which knows their proxy, index and certificates. No dependencies, and no
 * code of the package is run: of a wheel pip unpacks nothing, for a source distribution see sdist.ts.
 */
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { t } from "../../common/l10n.ts";
import { runProgram } from "../runProgram.ts";
import { SourceError } from "./source.ts";
import { Watchdog } from "./watchdog.ts";

export interface PipTimings {
  /** Without a new byte on the disk (ms). */
  stallMs: number;
  /** Between two looks at how much has arrived (ms). */
  pollMs: number;
}

export const defaultPipTimings: PipTimings = { stallMs: 90_000, pollMs: 200 };

/** Python looks for modules where it is started: never in the user's current folder, which may be anybody's checkout. */
const safeFolder = dirname(process.execPath);

const pythonCommands: readonly string[] =
  process.platform === "win32" ? ["py", "python", "python3"] : ["python3", "python"];

/** pip's words for "no network", from urllib3 and requests. */
const unreachable =
  /NewConnectionError|NameResolutionError|ConnectTimeout|ConnectionResetError|ProxyError|ReadTimeout|Max retries exceeded|Temporary failure in name resolution|Network is unreachable/i;

/**
 * The command of a Python that has pip.
 *
 * @throws SourceError unreachable: without pip this source does not exist.
 */
export async function findPip(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<string> {
  let pythonFound = false;
  for (const command of pythonCommands) {
    const answer = await runProgram(command, ["-m", "pip", "--version"], { env, cwd: safeFolder, signal });
    if (answer.exitCode === 0) return command;
    pythonFound ||= /No module named pip/.test(answer.errors);
  }
  throw new SourceError(
    "unreachable",
    pythonFound
      ? t("Python is here but has no pip; install pip to use it")
      : t("it needs Python 3 with pip, which is not installed"),
  );
}

export interface PipOptions {
  env: NodeJS.ProcessEnv;
  /** Bytes that have arrived, in all. */
  onReceived(bytes: number): void;
  timings: PipTimings;
  signal: AbortSignal;
}

/** Downloads `requirement` into `folder`, which is emptied first and holds nothing else, and returns the wheel's path. */
export function downloadWheel(
  python: string,
  requirement: string,
  folder: string,
  options: PipOptions,
): Promise<string> {
  const only = ["--only-binary=:all:", "--", requirement];
  return pipDownload(python, { requirement, args: only, ending: ".whl" }, folder, options);
}

/**
 * Runs `pip download` for one file into `folder`, which is emptied first and holds nothing else.
 * @param what the requirement as messages name it, the arguments that ask for it, and how the file's name ends
 * @returns the file's path. @throws SourceError; an error with code ENOSPC on a full disk
 */
export async function pipDownload(
  python: string,
  what: { requirement: string; args: readonly string[]; ending: string },
  folder: string,
  options: PipOptions,
): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  const temporary = join(folder, "tmp");
  await mkdir(temporary, { recursive: true });
  // pip writes to its temporary folder first. Ours, so that progress can be seen there and nothing is left behind.
  const temporaryFolders = { TMPDIR: temporary, TEMP: temporary, TMP: temporary };
  // Whoever allows pip in virtual environments only means what it installs: here it installs nothing.
  const env = { ...options.env, ...temporaryFolders, PIP_REQUIRE_VIRTUALENV: "0" };
  const args = ["-m", "pip", "download", "--no-deps", "--dest", folder];
  // The file is read once: in pip's cache it would only take the space a second time.
  args.push("--no-cache-dir", "--no-input", "--disable-pip-version-check", "--progress-bar", "off", "--retries", "2");
  const watchdog = new Watchdog(options.signal);
  const finished = new AbortController();
  const watching = watchGrowth(folder, watchdog, finished.signal, options);
  try {
    const answer = await runProgram(python, [...args, ...what.args], { env, cwd: folder, signal: watchdog.signal });
    if (answer.exitCode !== 0) throw pipFailure(what.requirement, answer.errors);
  } finally {
    finished.abort();
    await watching;
  }
  const files = (await readdir(folder)).filter((name) => name.endsWith(what.ending));
  if (files.length !== 1)
    throw new SourceError(
      "failed",
      t("pip brought {0} files {1} for {2}", files.length, what.ending, what.requirement),
    );
  await rm(temporary, { recursive: true, force: true });
  return join(folder, files[0]!);
}

/** Reports the folder's size until `finished`; arms the watchdog anew whenever it has grown. */
async function watchGrowth(
  folder: string,
  watchdog: Watchdog,
  finished: AbortSignal,
  options: { onReceived(bytes: number): void; timings: PipTimings },
): Promise<void> {
  const { stallMs, pollMs } = options.timings;
  const stalled = new SourceError("unreachable", t("pip received nothing for {0} s", stallMs / 1000));
  let largest = -1;
  while (!finished.aborted) {
    const bytes = await folderBytes(folder);
    if (bytes > largest) {
      largest = bytes;
      watchdog.arm(stallMs, stalled);
      options.onReceived(bytes);
    }
    await delay(pollMs, undefined, { signal: finished }).catch(() => undefined);
  }
  watchdog.disarm();
}

/** Size of all files below; what disappears meanwhile counts as nothing. */
async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => stat(join(entry.parentPath, entry.name)).catch(() => null)),
  );
  return sizes.reduce((sum, stats) => sum + (stats?.size ?? 0), 0);
}

function pipFailure(requirement: string, errors: string): Error {
  const lines = errors.split(/\r?\n/).filter((line) => line.trim() !== "");
  const last = (lines.findLast((line) => line.startsWith("ERROR:")) ?? lines.at(-1) ?? t("no message")).slice(0, 300);
  if (/No space left on device|Errno 28|Disk quota exceeded/i.test(errors))
    return Object.assign(new Error(last), { code: "ENOSPC" });
  if (/DO NOT MATCH THE HASHES/i.test(errors))
    return new SourceError("wrongFile", t("{0} is another file there than the one that is pinned", requirement));
  if (unreachable.test(errors)) return new SourceError("unreachable", t("PyPI cannot be reached"));
  return new SourceError("failed", t("pip could not download {0} ({1})", requirement, last));
}
