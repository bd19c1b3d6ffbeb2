/**
 * `npm run bench:sharing -- --model FILE`: what a second window costs. With an engine of its own: the time until the model
 * is ready, and the memory of its process. With the shared engine: the same for a second client of it. Each client opens
 * a connection, loads the model and is ready; interleaved, as a median of rounds. The memory is the share of the machine's
 * that a process has (PSS): weights that are mapped twice count once. It is taken when the first window alone has had an
 * answer, when the second has had one, and when both have had one at once, for which a shared engine opens more lanes, as it
 * does for two chats of one window. Those answers' speed stands against one after the other.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadWorkloads } from "../../src/benchmark/workloads.ts";
import type { EngineClient } from "../../src/client/engineClient.ts";
import { median } from "../../src/evaluation/statistics.ts";
import { decode, loadParams, sampling, startEngine, thisCpu } from "../support/engine.ts";
import { writeResults } from "../support/results.ts";
import { picture } from "./picture.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: {
    model: { type: "string" },
    rounds: { type: "string", default: "3" },
    tokens: { type: "string", default: "32" },
    out: { type: "string", default: join(root, "bench", "results") },
  },
});
if (!options.model) throw new Error("Name a GGUF file with --model.");
if (process.platform !== "linux") throw new Error("The memory of a process is read from /proc: this needs Linux.");
const params = loadParams(options.model, { lanes: "auto", contextSize: 4_096 });
const prompts = loadWorkloads(["chat", "reason"], 2).map(({ prompt }) => prompt);

interface Opened {
  client: EngineClient;
  readyMs: number;
}

interface Figures {
  readyMs: number;
  /** Memory that it takes beside the first window's engine. */
  extraBytes: number;
  /** The same once both have had an answer at once. */
  atOnceBytes: number;
}

/** Memory of processes (bytes): what they share with each other counts once. */
function memoryOf(pids: readonly number[]): number {
  const kilobytes = pids.map((pid) =>
    Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1]),
  );
  return kilobytes.reduce((sum, kb) => sum + kb * 1024, 0);
}

async function open(stateFolder: string, folder: string | null): Promise<Opened> {
  const before = performance.now();
  const client = await startEngine(stateFolder, folder === null ? undefined : { folder, lingerMs: 1_000 });
  await client.load(params);
  return { client, readyMs: performance.now() - before };
}

let asked = 0;
async function ask(client: EngineClient, text: string): Promise<number> {
  const { tokens } = await decode(client, {
    id: `sharing-${++asked}`,
    text,
    maxTokens: Number(options.tokens),
    speculation: "off",
    sampling: sampling(0, 1),
  });
  return tokens.length;
}

async function tokensPerSecond(run: () => Promise<number[]>): Promise<number> {
  const before = performance.now();
  const counts = await run();
  return (counts.reduce((sum, n) => sum + n, 0) * 1000) / (performance.now() - before);
}

const stateFolder = mkdtempSync(join(tmpdir(), "hunch-bench-"));
const folder = join(stateFolder, "shared");
const own: Figures[] = [];
const shared: Figures[] = [];
const atOnce: number[] = [];
const inTurn: number[] = [];
try {
  for (let round = 0; round < Number(options.rounds); round++) {
    const first = await open(stateFolder, folder);
    await ask(first.client, prompts[0]!);
    const alone = memoryOf([first.client.pid]);

    const second = await open(stateFolder, folder);
    if (second.client.pid !== first.client.pid) throw new Error("the second client has an engine of its own");
    const clients = [first.client, second.client];
    const askAtOnce = () => Promise.all(clients.map((client, i) => ask(client, prompts[i]!)));
    await ask(second.client, prompts[1]!);
    const extraBytes = memoryOf([first.client.pid]) - alone;
    await askAtOnce();
    shared.push({ readyMs: second.readyMs, extraBytes, atOnceBytes: memoryOf([first.client.pid]) - alone });
    inTurn.push(
      await tokensPerSecond(async () => [await ask(clients[0]!, prompts[0]!), await ask(clients[1]!, prompts[1]!)]),
    );
    atOnce.push(await tokensPerSecond(askAtOnce));
    await second.client.dispose();

    // Beside a first window that has not opened more lanes either.
    await first.client.retire();
    const other = await open(stateFolder, null);
    await ask(other.client, prompts[0]!);
    const otherAlone = memoryOf([other.client.pid]);
    const single = await open(stateFolder, null);
    await ask(single.client, prompts[1]!);
    const both = () => memoryOf([other.client.pid, single.client.pid]) - otherAlone;
    const ownBytes = both();
    await Promise.all([other.client, single.client].map((client, i) => ask(client, prompts[i]!)));
    own.push({ readyMs: single.readyMs, extraBytes: ownBytes, atOnceBytes: both() });
    await other.client.dispose();
    await single.client.dispose();
    process.stderr.write(`round ${round + 1}: ${text(shared.at(-1)!)} shared, ${text(own.at(-1)!)} of its own\n`);
  }
  const middle = (figures: Figures[]): Figures => ({
    readyMs: median(figures.map(({ readyMs }) => readyMs)),
    extraBytes: median(figures.map(({ extraBytes }) => extraBytes)),
    atOnceBytes: median(figures.map(({ atOnceBytes }) => atOnceBytes)),
  });
  const result = {
    made: new Date().toISOString(),
    model: params.target.id,
    cpu: thisCpu(),
    maxTokens: Number(options.tokens),
    shared: { ...middle(shared), rounds: shared },
    own: { ...middle(own), rounds: own },
    tokensPerSecond: { inTurn: median(inTurn), atOnce: median(atOnce), rounds: { inTurn, atOnce } },
  };
  const lines = [
    `# A second window, ${result.made.slice(0, 10)}`,
    "",
    `${result.model}; ${result.cpu}; median of ${shared.length} rounds, interleaved. Ready: connected, with the model loaded; the model's file was read before. Memory: what the second window adds to that of all engines (PSS). Answers at once take more lanes (contexts) of the shared engine, as two chats of one window do.`,
    "",
    "| second window with | ready after (ms) | more memory (MB) after its first answer | after both have had one at once |",
    "|---|---|---|---|",
    row("the shared engine", result.shared),
    row("an engine of its own", result.own),
    "",
    `Two questions, one from each window, ${result.maxTokens} tokens each, without speculation: ${result.tokensPerSecond.inTurn.toFixed(1)} tokens/s one after the other, ${result.tokensPerSecond.atOnce.toFixed(1)} at once.`,
    "",
  ].join("\n");
  await writeResults({ out: options.out, name: "sharing" }, result, lines, picture(result));
  process.stdout.write(lines);
} finally {
  rmSync(stateFolder, { recursive: true, force: true });
}

function row(name: string, { readyMs, extraBytes, atOnceBytes }: Figures): string {
  return `| ${name} | ${readyMs.toFixed(0)} | ${megabytes(extraBytes)} | ${megabytes(atOnceBytes)} |`;
}

function text({ readyMs, extraBytes }: Figures): string {
  return `${readyMs.toFixed(0)} ms, ${megabytes(extraBytes)} MB`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
