/** The real command line as a process of its own, and what it wrote. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import { inject } from "vitest";
import { ModelStore } from "../../../src/models/store.ts";

const cliPath = join(import.meta.dirname, "..", "..", "..", "dist", "cli.mjs");

export interface CliExit {
  status: number | null;
  stdout: string;
  stderr: string;
  /** Standard output as JSON, a value a line. */
  json(): JsonLine[];
}

/** A line of the contract; the tests check lines against the schema before they read them. */
export interface JsonLine {
  type: string;
  // biome-ignore lint/suspicious/noExplicitAny: each type of line has other members
  [member: string]: any;
}

export class Cli {
  readonly child: ChildProcess;
  readonly exited: Promise<CliExit>;
  #stdout = "";
  #stderr = "";
  readonly #watchers = new Set<() => void>();

  /** `stdin`: written and closed. */
  constructor(argv: string[], o: { stdin?: string; env?: NodeJS.ProcessEnv } = {}) {
    this.child = spawn(process.execPath, [cliPath, ...argv], {
      env: {
        ...process.env,
        // Models are where they are; what the engine measures is not to be mixed with the user's.
        HUNCH_MODELS: new ModelStore().folder,
        XDG_CACHE_HOME: join(inject("scratch"), "cache"),
        ...o.env,
      },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.child.stdin?.end(o.stdin ?? "");
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
      for (const watcher of this.#watchers) watcher();
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    this.exited = new Promise((resolve) => {
      this.child.once("close", (status) => {
        const stdout = this.#stdout;
        resolve({ status, stdout, stderr: this.#stderr, json: () => parseLines(stdout) });
        for (const watcher of this.#watchers) watcher();
      });
    });
  }

  /** Complete JSON lines so far. */
  get lines(): JsonLine[] {
    return parseLines(this.#stdout.slice(0, this.#stdout.lastIndexOf("\n") + 1));
  }

  /** Waits for `count` lines that `wanted` holds for; fails when the process ends before. */
  async until(wanted: (line: JsonLine) => boolean, count = 1): Promise<void> {
    const done = () => this.lines.filter(wanted).length >= count;
    await new Promise<void>((resolve, reject) => {
      const watch = () => {
        if (done()) resolve();
        else if (this.child.exitCode !== null || this.child.signalCode !== null)
          reject(new Error(`ended before: ${this.#stdout}\n${this.#stderr}`));
        else return;
        this.#watchers.delete(watch);
      };
      this.#watchers.add(watch);
      watch();
    });
  }

  /** The engine that this command started. */
  get enginePid(): number {
    return childPid(this.child.pid, "engine.mjs");
  }
}

/** Of the process that `parent` has started with this in its command line; throws if there is none (any more). */
export function childPid(parent: number | undefined, name: string): number {
  const processes = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
  for (const line of processes.split("\n")) {
    const [, pid, ppid, args] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    if (Number(ppid) === parent && args?.includes(name)) return Number(pid);
  }
  throw new Error(`no ${name} of ${parent} among\n${processes}`);
}

export function cli(argv: string[], o: { stdin?: string; env?: NodeJS.ProcessEnv } = {}): Promise<CliExit> {
  return new Cli(argv, o).exited;
}

/** Waits until a process is gone, some seconds at most. */
export async function isGone(pid: number): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

function parseLines(text: string): JsonLine[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as JsonLine);
}
