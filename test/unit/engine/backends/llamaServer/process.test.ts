/** The process of a llama-server, with programs of the test in its place: what a real one will not do when asked. */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { levelOf, ServerProcess } from "../../../../../src/engine/backends/llamaServer/process.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hunch-process-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** @param script JavaScript; `port` is where it should listen, `args` what it was given */
function program(script: string): string {
  const path = join(folder, "llama-server");
  const head = `#!${process.execPath}\nconst args = process.argv.slice(2); const port = Number(args[args.indexOf("--port") + 1]);\n`;
  writeFileSync(path, head + script);
  chmodSync(path, 0o755);
  return path;
}

function start(path: string, args: string[] = [], signal?: AbortSignal) {
  const log: string[] = [];
  const started = ServerProcess.start({
    program: path,
    args,
    log: (level, message) => log.push(`${level} ${message}`),
    signal,
  });
  return { started, log };
}

const healthy = `require("node:http").createServer((request, response) => response.end("{}")).listen(port, "127.0.0.1");`;

describe("a start", () => {
  it("that hangs can be given up: it takes the connection and never answers", async () => {
    const marker = join(folder, "asked");
    const path = program(`
      require("node:net").createServer((socket) => {
        require("node:fs").writeFileSync(${JSON.stringify(marker)}, "");
        socket.on("error", () => {});
      }).listen(port, "127.0.0.1");`);
    const abort = new AbortController();
    const { started } = start(path, [], abort.signal);
    const failure = expect(started).rejects.toMatchObject({ code: "cancelled" });
    for (;;) {
      try {
        readFileSync(marker);
        break;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    abort.abort();
    await failure;
  });

  it("does without an argument that the version does not know, with its value", async () => {
    const path = program(`
      if (args.includes("--n-cpu-moe")) { console.error("error: invalid argument: --n-cpu-moe"); process.exit(1); }
      require("node:fs").writeFileSync(${JSON.stringify(join(folder, "args"))}, JSON.stringify(args));
      ${healthy}`);
    const { started } = start(path, ["--model", "m", "--n-cpu-moe", "3", "--jinja"]);
    const server = await started;
    expect(JSON.parse(readFileSync(join(folder, "args"), "utf8")).slice(0, 3)).toEqual(["--model", "m", "--jinja"]);
    await server.stop();
  });

  it("that crashes, or is no program, says so", async () => {
    const crash = start(program(`process.kill(process.pid, "SIGSEGV"); setInterval(() => {}, 1000);`));
    await expect(crash.started).rejects.toThrow(/ended \(SIGSEGV\) while it was loading the model: it said nothing/);
    await expect(start(join(folder, "missing")).started).rejects.toThrow(/could not be started: .*ENOENT/);
  });

  it("that fails tells why in the error and, where the usual log shows it, in the log", async () => {
    const { started, log } = start(
      program(`console.error("0.00.001 I srv loading\\n0.00.002 E srv no such tensor"); process.exit(3);`),
    );
    await expect(started).rejects.toMatchObject({
      code: "backendUnavailable",
      message: expect.stringMatching(/ended \(exit code 3\) while it was loading the model: .*no such tensor/),
    });
    expect(log.filter((line) => line.startsWith("warn"))).toEqual([
      "warn llama-server: 0.00.002 E srv no such tensor",
      "warn llama-server ended (exit code 3)",
    ]);
  });
});

it("is asked directly, whatever proxy the environment has fetch ask", async () => {
  const usual = Symbol.for("undici.globalDispatcher.1");
  await fetch("data:,"); // Node makes it at the first fetch
  const all = globalThis as unknown as Record<symbol, unknown>;
  const before = all[usual];
  const abort = new AbortController();
  // What NODE_USE_ENV_PROXY puts in its place, which the Node of this test may not know.
  all[usual] = {
    dispatch() {
      setImmediate(() => abort.abort());
      throw new Error("a proxy was asked");
    },
  };
  try {
    await (await start(program(healthy), [], abort.signal).started).stop();
  } finally {
    all[usual] = before;
  }
});

it("an end that nobody asked for is told, one that was asked for is not", async () => {
  const { started, log } = start(program(healthy));
  await (await started).stop();
  expect(log).toEqual([]);
  const second = start(program(`${healthy} setTimeout(() => process.kill(process.pid, "SIGKILL"), 300);`));
  const server = await second.started;
  while (server.alive) await server.settle();
  expect(second.log).toEqual(["warn llama-server ended (SIGKILL)"]);
  await server.stop();
});

/** Processes that wait to end the one with this id. */
function watchersOf(pid: string): string[] {
  return readdirSync("/proc").filter((name) => {
    try {
      const [, option, , watched] = readFileSync(join("/proc", name, "cmdline"), "utf8").split("\0");
      return option === "-c" && watched === pid;
    } catch {
      return false; // no process, or none any more
    }
  });
}

it.skipIf(process.platform !== "linux")(
  "one that crashed has nobody left who would end what has its id then",
  async () => {
    const file = join(folder, "pid");
    const { started } = start(
      program(`require("node:fs").writeFileSync(${JSON.stringify(file)}, \`\${process.pid}\`); ${healthy}`),
    );
    const server = await started;
    const pid = readFileSync(file, "utf8");
    expect(watchersOf(pid)).toHaveLength(1);
    process.kill(Number(pid), "SIGKILL");
    while (server.alive) await server.settle();
    await vi.waitFor(() => expect(watchersOf(pid)).toEqual([]));
    await server.stop();
  },
);

it.each([
  [
    "0.00.006.157 E llama_init_from_model: K cache type q8_0 with block size 32 does not divide n_embd_head_k=16",
    "warn",
  ],
  ["0.00.002.478 W srv  llama_server: security: no API key is set", "warn"],
  ["0.00.223.928 W model has unused tensor blk.2.attn_norm.weight (size = 256 bytes) -- ignoring", "debug"],
  ["0.00.305.820 W slot   operator(): id  0 | task 244 | need to evaluate at least 1 token for each", "debug"],
  ["0.00.228.531 I srv  llama_server: model loaded, 0 errors", "debug"],
  ["warning: no usable GPU found, --gpu-layers option will be ignored", "warn"],
  ["ggml_cuda_host_malloc: failed to allocate 512.00 MiB of pinned memory", "warn"],
  ["llama_memory_recurrent: size = 1.00 MiB", "debug"],
  ["terminate called after throwing an instance of 'std::runtime_error'", "warn"],
])("the level of %s is %s", (line, level) => {
  expect(levelOf(line)).toBe(level);
});
