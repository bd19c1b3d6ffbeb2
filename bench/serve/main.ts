/**
 * `npm run bench:serve -- --model FILE`: what `hunch serve` adds to each chunk of a stream, between the engine's event and
 * OpenAI's own client having it. Server and client are in this process, so one clock times both ends: "ours" is the time in
 * our handler, from the event to the bytes being written; "to the client" adds the loopback connection and the client's
 * parsing, whose share is measured by the same client reading a bare server that writes the same chunks.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import OpenAI from "openai";
import { ApiServer } from "../../src/cli/serve/httpServer.ts";
import type { GenerationEvent } from "../../src/common/protocol.ts";
import { median } from "../../src/evaluation/statistics.ts";
import { loadParams, startEngine, thisCpu } from "../support/engine.ts";
import { writeResults } from "../support/results.ts";
import { picture } from "./picture.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: {
    model: { type: "string" },
    tokens: { type: "string", default: "300" },
    out: { type: "string", default: join(root, "bench", "results") },
  },
});
if (!options.model) throw new Error("Name a GGUF file with --model.");

const stateFolder = mkdtempSync(join(tmpdir(), "hunch-bench-"));
const client = await startEngine(stateFolder);
/** When each event with text reached us (ms), and how long our handler took for it. */
let eventAt: number[] = [];
let handledMs: number[] = [];

try {
  const model = await client.load(loadParams(options.model, { contextSize: 2_048 }));
  const server = await ApiServer.start(
    {
      model,
      health: { state: "ready" },
      // With drafts whatever they are worth here, so that their counts are there too.
      speculation: "recycling",
      generate: (params, { onEvents, signal }) =>
        client.generate(params, { onEvents: (events) => timed(events, onEvents), signal }),
    },
    { port: 0, apiKey: null, origins: [], log: () => {} },
  );
  const prompt = "Tell a long story about a fox, a crow and a wheel of cheese, with a moral at its end.";
  await stream(server.url, model.id, prompt); // warm
  [eventAt, handledMs] = [[], []];
  const { chunkAt, chunks, last } = await stream(server.url, model.id, prompt);
  await server.close();
  const toClientMs = chunkAt.map((at, i) => at - eventAt[i]!);
  const bareMs = await bare(chunks);

  const result = {
    made: new Date().toISOString(),
    model: model.name,
    cpu: thisCpu(),
    chunks: chunkAt.length,
    oursMs: quantiles(handledMs),
    toClientMs: quantiles(toClientMs),
    bareServerMs: quantiles(bareMs),
    usage: last.usage,
    timings: last.timings,
  };
  const row = (what: string, { median, p95 }: { median: number; p95: number }) =>
    `| ${what} | ${median.toFixed(3)} | ${p95.toFixed(3)} |`;
  const lines = [
    `# What \`hunch serve\` adds to a chunk, ${result.made.slice(0, 10)}`,
    "",
    `${result.model}; ${result.cpu}; ${result.chunks} chunks, read by the npm package openai. \`npm run bench:serve\``,
    "",
    "| ms a chunk | median | 95 of 100 below |",
    "|---|---|---|",
    row("ours: from the engine's event to the bytes written", result.oursMs),
    row("from the engine's event to OpenAI's client", result.toClientMs),
    row("of it the client and loopback, with a bare server", result.bareServerMs),
    "",
    "The last chunk carries",
    "",
    "```",
    JSON.stringify({ usage: last.usage, timings: last.timings }, null, 1),
    "```",
    "",
  ].join("\n");
  await writeResults({ out: options.out, name: "serve" }, result, lines, picture(result));
  process.stdout.write(lines);
} finally {
  await client.dispose();
  rmSync(stateFolder, { recursive: true, force: true });
}

function timed(events: GenerationEvent[], onEvents: (events: GenerationEvent[]) => void): void {
  const before = performance.now();
  onEvents(events);
  // Batches with text of one segment, which make exactly one chunk each.
  const texts = events.filter((event) => event.type === "tokens" && event.tokens.some(({ text }) => text !== ""));
  if (texts.length === 0) return;
  for (const _ of texts) {
    eventAt.push(before);
    handledMs.push((performance.now() - before) / texts.length);
  }
}

interface Last {
  usage?: object | null;
  timings?: object;
}

async function stream(baseURL: string, model: string, content: string) {
  const openai = new OpenAI({ baseURL, apiKey: "none", maxRetries: 0 });
  const chunks: string[] = [];
  const chunkAt: number[] = [];
  let last: Last = {};
  const answer = await openai.chat.completions.create({
    model,
    messages: [{ role: "user", content }],
    max_tokens: Number(options.tokens),
    temperature: 0,
    reasoning_effort: "none",
    stream: true,
    stream_options: { include_usage: true },
  });
  for await (const chunk of answer) {
    if (chunk.choices[0]?.delta.content) chunkAt.push(performance.now());
    chunks.push(JSON.stringify(chunk));
    last = chunk as Last;
  }
  return { chunks, chunkAt, last };
}

/** The same chunks, each written by a server that does nothing else, one in 5 ms. */
async function bare(chunks: readonly string[]): Promise<number[]> {
  const writtenAt: number[] = [];
  const server = createServer((_, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.socket?.setNoDelay(true);
    let next = 0;
    const timer = setInterval(() => {
      const chunk = chunks[next++];
      if (chunk === undefined) {
        clearInterval(timer);
        response.end("data: [DONE]\n\n");
        return;
      }
      if (/"content":"[^"]/.test(chunk)) writtenAt.push(performance.now());
      response.write(`data: ${chunk}\n\n`);
    }, 5);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { chunkAt } = await stream(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, "any", "any");
  server.closeAllConnections();
  server.close();
  return chunkAt.map((at, i) => at - writtenAt[i]!);
}

function quantiles(values: readonly number[]): { median: number; p95: number } {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: median(sorted), p95: sorted[Math.floor(0.95 * sorted.length)] ?? Number.NaN };
}
