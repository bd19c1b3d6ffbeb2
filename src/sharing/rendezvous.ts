/**
 * Where the programs of one user find the engine that they share: a folder that only the user can open, in it a record of
 * the running engine, its socket, its log, and a lock for whoever starts one (startLock.ts). A record may be stale: only a
 * connection tells whether its engine lives.
 */
import { createHash, randomBytes } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineBuild } from "./build.ts";

export interface EngineRecord extends EngineBuild {
  pid: number;
  /** Path of a Unix socket, or of a named pipe. */
  address: string;
  /** 64 hexadecimal digits; proves that a client may read the user's files. */
  token: string;
  /** File of its standard output and error. */
  log: string;
}

/** Bytes of a socket's path: 108 on Linux and 104 on macOS, the closing zero included. */
const longestSocketPath = 103;
/** Logs of engines that ended; the newest is quoted after a crash. */
const keptLogs = 4;

export class Rendezvous {
  readonly #folder: string;

  /** @throws Error when the folder can not be made, or is not this user's alone */
  constructor(folder: string) {
    this.#folder = folder;
    makePrivate(folder);
  }

  /** null when no engine has left one, or it can not be read. */
  read(): EngineRecord | null {
    try {
      const record: unknown = JSON.parse(readFileSync(this.#recordPath, "utf8"));
      return isRecord(record) ? record : null;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT" || error instanceof SyntaxError) return null;
      throw error;
    }
  }

  /** The engine listens: others may come. */
  publish(record: EngineRecord): void {
    const temporary = `${this.#recordPath}.${record.pid}`;
    writeFileSync(temporary, JSON.stringify(record), { mode: 0o600 });
    renameSync(temporary, this.#recordPath);
  }

  /** Takes back what this engine left; a newer engine's record stays. */
  withdraw({ address }: EngineRecord): void {
    if (this.read()?.address === address) rmSync(this.#recordPath, { force: true });
    if (!isPipe(address)) rmSync(address, { force: true });
  }

  /** For an engine that is going to listen. @throws Error when no path is short enough for a socket */
  newAddress(): string {
    const name = randomBytes(8).toString("hex");
    if (process.platform === "win32") return `\\\\.\\pipe\\hunch-${name}`;
    const path = join(this.#folder, `${name}.sock`);
    if (Buffer.byteLength(path) <= longestSocketPath) return path;
    const hash = createHash("sha256").update(this.#folder).digest("hex").slice(0, 16);
    const near = join(process.env.XDG_RUNTIME_DIR || tmpdir(), `hunch-${hash}`);
    const short = join(near, `${name}.sock`);
    if (Buffer.byteLength(short) > longestSocketPath) throw new Error(`no path is short enough for a socket: ${short}`);
    makePrivate(near);
    return short;
  }

  /** Path of a file for an engine that is going to start; those of engines before the last few are removed. */
  newLog(): string {
    const logs = readdirSync(this.#folder)
      .filter((name) => name.endsWith(".log"))
      .sort();
    for (const name of logs.slice(0, -keptLogs)) rmSync(join(this.#folder, name), { force: true });
    return join(this.#folder, `${Date.now()}-${randomBytes(4).toString("hex")}.log`);
  }

  get #recordPath(): string {
    return join(this.#folder, "engine.json");
  }
}

/** @throws Error when somebody else could get in */
function makePrivate(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // On Windows the user's folders are the user's by what they inherit.
  if (process.platform === "win32") return;
  const status = lstatSync(folder);
  if (!status.isDirectory() || status.uid !== process.getuid?.())
    throw new Error(`${folder} is no folder of this user alone`);
  if ((status.mode & 0o077) !== 0) chmodSync(folder, 0o700);
}

function isPipe(address: string): boolean {
  return address.startsWith("\\\\.\\pipe\\");
}

function isRecord(value: unknown): value is EngineRecord {
  if (typeof value !== "object" || value === null) return false;
  const { pid, address, token, log, protocolVersion, version, hash } = value as Partial<EngineRecord>;
  const texts = [address, token, log, version, hash];
  return [pid, protocolVersion].every(Number.isInteger) && texts.every((text) => typeof text === "string");
}
