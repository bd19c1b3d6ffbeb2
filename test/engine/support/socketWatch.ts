/**
 * Where a command and all the processes that it starts have sockets, seen from both sides: each Node process writes down
 * where it connects to (recordConnects.cjs), so that nothing is too short to be seen, and the kernel's tables are read again
 * and again, so that native code and other programs are seen too. Linux only.
 */
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const intervalMs = 20;

export class SocketWatch {
  /** For the command that is watched. */
  readonly env: NodeJS.ProcessEnv;
  /** "127.0.0.1:8080", of connections and datagrams to elsewhere, and of listeners. */
  readonly remotes = new Set<string>();
  readonly listeners = new Set<string>();
  /** Processes that were looked at. */
  readonly processes = new Set<number>();
  readonly #file: string;
  readonly #root: () => number | undefined;
  readonly #timer: NodeJS.Timeout;

  /** @param root the process whose descendants are watched, itself included */
  constructor(folder: string, name: string, root: () => number | undefined) {
    this.#file = join(folder, `connects-${name}.jsonl`);
    writeFileSync(this.#file, "");
    this.#root = root;
    this.env = {
      NODE_OPTIONS: `--require ${join(import.meta.dirname, "recordConnects.cjs")}`,
      HUNCH_TEST_CONNECTS: this.#file,
      // What many programs send everything through.
      HTTP_PROXY: "http://192.0.2.1:3128",
      HTTPS_PROXY: "http://192.0.2.1:3128",
      ALL_PROXY: "http://192.0.2.1:3128",
      NO_PROXY: "",
    };
    this.#timer = setInterval(() => this.#look(), intervalMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Addresses that Node processes asked for, in order; local sockets and pipes as "local". */
  get asked(): string[] {
    const lines = readFileSync(this.#file, "utf8").split("\n").filter(Boolean);
    return lines.map((line) => {
      const { path, host, port, datagram, to } = JSON.parse(line);
      return path ? "local" : datagram ? `datagram ${to.join(":")}` : `${host}:${port}`;
    });
  }

  #look(): void {
    const root = this.#root();
    if (root === undefined) return;
    const inodes = new Set<string>();
    for (const pid of descendants(root)) {
      this.processes.add(pid);
      for (const inode of socketsOf(pid)) inodes.add(inode);
    }
    for (const { inode, local, remote, listens } of sockets()) {
      if (!inodes.has(inode)) continue;
      if (listens) this.listeners.add(local);
      else if (remote !== null) this.remotes.add(remote);
    }
  }
}

function descendants(root: number): Set<number> {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    const parent = Number(/^PPid:\s+(\d+)/m.exec(readOr(`/proc/${name}/status`))?.[1] ?? 0);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found = new Set([root]);
  for (const pid of found) for (const child of children.get(pid) ?? []) found.add(child);
  return found;
}

function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return []; // closed since
      }
    });
  } catch {
    return []; // ended since
  }
}

interface SocketEntry {
  inode: string;
  local: string;
  /** null: connected to nothing. */
  remote: string | null;
  listens: boolean;
}

const listenState = "0A";

/** The kernel's tables, proc(5). */
function sockets(): SocketEntry[] {
  return ["tcp", "tcp6", "udp", "udp6"].flatMap((table) =>
    readOr(`/proc/net/${table}`)
      .split("\n")
      .slice(1)
      .flatMap((line): SocketEntry[] => {
        const [, local, remote, state, , , , , , inode] = line.trim().split(/\s+/);
        if (!local || !remote || !inode) return [];
        const to = address(remote);
        const listens = table.startsWith("tcp") && state === listenState;
        return [{ inode, local: address(local), remote: to.endsWith(":0") ? null : to, listens }];
      }),
  );
}

/** "0100007F:1F90" to "127.0.0.1:8080"; the words of an address are in the machine's order, little-endian here. */
function address(hex: string): string {
  const [host = "", port = ""] = hex.split(":");
  const bytes = (host.match(/.{8}/g) ?? []).flatMap((word) => Buffer.from(word, "hex").reverse().toJSON().data);
  const mapped = bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255;
  const text =
    bytes.length === 4 || mapped
      ? bytes.slice(-4).join(".")
      : bytes.every((byte, i) => byte === (i === 15 ? 1 : 0))
        ? "::1"
        : bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${text}:${Number.parseInt(port, 16)}`;
}

function readOr(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // ended since
  }
}
