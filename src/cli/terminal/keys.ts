/**
 * Single keys from the terminal while there is something to do with them. The terminal is raw meanwhile, since an echoed key
 * would stand in the lines that are drawn anew; what the terminal does with Ctrl-C, Ctrl-Z and Ctrl-\ is done here then.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** What is needed of standard input. */
export interface KeyStream {
  readonly isTTY?: boolean;
  setRawMode(raw: boolean): unknown;
  on(event: "data", listener: (data: Buffer | string) => void): unknown;
  off(event: "data", listener: (data: Buffer | string) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** What a terminal sends for keys of its own. */
const signalKeys = { "\x03": "SIGINT", "\x1a": "SIGTSTP", "\x1c": "SIGQUIT" } as const;
export type KeySignal = (typeof signalKeys)[keyof typeof signalKeys];

/**
 * As a raw terminal sends it. What was typed before the terminal was raw, and is read now, has line feeds instead: it was
 * not meant for us.
 */
const enterKey = "\r";

export class Keys {
  readonly #stream: KeyStream;
  readonly #signal: (signal: KeySignal) => void;
  readonly #mayListen: () => boolean;
  #onEnter: (() => void) | null = null;
  readonly #onData = (data: Buffer | string) => {
    for (const key of data.toString()) this.#take(key);
  };
  readonly #onContinue = () => this.#open();

  /**
   * @param signal does what the terminal does with such a key when it is not raw
   * @param mayListen the terminal is ours at the moment
   */
  constructor(stream: KeyStream, signal: (signal: KeySignal) => void, mayListen: () => boolean = isInForeground) {
    this.#stream = stream;
    this.#signal = signal;
    this.#mayListen = mayListen;
  }

  /** @returns false when the terminal is another program's at the moment */
  listen(onEnter: () => void): boolean {
    this.close();
    this.#onEnter = onEnter;
    // After Ctrl-Z and `fg` the terminal is as the shell has it.
    if (process.platform !== "win32") process.on("SIGCONT", this.#onContinue);
    return this.#open();
  }

  /** Gives the terminal back. */
  close(): void {
    if (!this.#onEnter) return;
    this.#onEnter = null;
    process.off("SIGCONT", this.#onContinue);
    this.#release();
  }

  #open(): boolean {
    if (!this.#mayListen()) return false;
    this.#release();
    this.#stream.setRawMode(true);
    this.#stream.on("data", this.#onData);
    this.#stream.resume();
    return true;
  }

  #release(): void {
    this.#stream.off("data", this.#onData);
    this.#stream.pause();
    // From the background, this too would stop the program.
    if (this.#mayListen()) this.#stream.setRawMode(false);
  }

  #take(key: string): void {
    if (key === enterKey) this.#onEnter?.();
    if (!isSignalKey(key)) return;
    const signal = signalKeys[key];
    if (signal !== "SIGINT") this.#release();
    this.#signal(signal);
  }
}

function isSignalKey(key: string): key is keyof typeof signalKeys {
  return key in signalKeys;
}

/** A program in the background that changes its terminal is stopped by it. */
function isInForeground(): boolean {
  try {
    switch (process.platform) {
      case "win32":
        return true;
      case "linux": {
        // Behind the name in brackets: state, parent, process group, session, terminal, its foreground group.
        const fields = readFileSync("/proc/self/stat", "utf8")
          .replace(/^.*\) /s, "")
          .split(" ");
        return fields[2] === fields[5];
      }
      default:
        return execFileSync("ps", ["-o", "stat=", "-p", `${process.pid}`], { encoding: "utf8" }).includes("+");
    }
  } catch {
    return false; // not known: then no key is better than a stopped program
  }
}
