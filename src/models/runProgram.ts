/**
 * Runs another program to its end. It leads a process group of its own: Ctrl-C in the terminal reaches us, and we end
 * it, with all the children that it has.
 */
import { type ChildProcess, spawn } from "node:child_process";

export interface RunOptions {
  env: NodeJS.ProcessEnv;
  cwd?: string;
  /** Both outputs as they come; without it standard output is thrown away. */
  onOutput?(text: string): void;
  /** On abort it gets so long (ms) to clear away what it is writing, before it is killed. 0: killed at once. */
  graceMs?: number;
  signal: AbortSignal;
}

export interface ProgramEnd {
  /** null: the program is not there, or was killed. */
  exitCode: number | null;
  /** The end of its standard error, or why it could not be started. */
  errors: string;
}

/** On abort ends the program, waits until it is gone, and rejects with the signal's reason. */
export function runProgram(command: string, args: readonly string[], options: RunOptions): Promise<ProgramEnd> {
  const { env, cwd, onOutput, graceMs = 0, signal } = options;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = spawn(command, args, {
      env,
      cwd,
      stdio: ["ignore", onOutput ? "pipe" : "ignore", "pipe"],
      windowsHide: true,
      detached: process.platform !== "win32",
    });
    let errors = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => onOutput?.(text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      errors = (errors + text).slice(-20_000);
      onOutput?.(text);
    });
    let force: NodeJS.Timeout | undefined;
    const stop = () => {
      signalTree(child, graceMs > 0 ? "SIGTERM" : "SIGKILL");
      if (graceMs > 0) force = setTimeout(() => signalTree(child, "SIGKILL"), graceMs);
    };
    signal.addEventListener("abort", stop, { once: true });
    const end = (answer: ProgramEnd) => {
      clearTimeout(force);
      signal.removeEventListener("abort", stop);
      if (signal.aborted) reject(signal.reason);
      else resolve(answer);
    };
    child.on("error", (error) => end({ exitCode: null, errors: error.message }));
    child.on("close", (exitCode) => end({ exitCode, errors }));
  });
}

/** With its children: launchers (py, pyenv, a virtual environment's python.exe) and build tools start others. */
function signalTree(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  if (process.platform === "win32") {
    spawn("taskkill", ["/pid", String(child.pid), "/T", "/F"], { stdio: "ignore", windowsHide: true });
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // It ended by itself in this moment.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
