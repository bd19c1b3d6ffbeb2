/**
 * `npm run bench:index [-- FOLDER…]`: how long a look-up in the workspace index takes, and what the index costs in memory
 * and time, at up to 10 M tokens of real source text. Tokens are words, numbers and signs, numbered as they come: no
 * model is needed, and the repetition is that of real text.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { IndexStore } from "../../src/engine/cache/indexStore.ts";
import { longestContext, type NewDocument } from "../../src/engine/speculation/workspaceIndex/segment.ts";
import { WorkspaceIndex } from "../../src/engine/speculation/workspaceIndex/workspaceIndex.ts";
import { writeResults } from "../support/results.ts";
import { picture } from "./picture.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options, positionals } = parseArgs({
  options: {
    tokens: { type: "string", default: "10000000" },
    lookups: { type: "string", default: "20000" },
    out: { type: "string", default: join(root, "bench", "results") },
  },
  allowPositionals: true,
});
const folders = positionals.length > 0 ? positionals : [join(root, "node_modules")];
const wanted = Number(options.tokens);
/** What the extension sends at once (characters). */
const chunkCharacters = 64_000;
const textFile = /\.(?:[cm]?[jt]sx?|md|css|html|json|py|go|rs|c|h|cpp)$/;

const ids = new Map<string, number>();
const tokensOf = (text: string) =>
  (text.match(/ ?[A-Za-z]+|\d|\s+|[^\sA-Za-z\d]{1,2}/g) ?? []).map((word) => {
    const id = ids.get(word) ?? ids.size;
    ids.set(word, id);
    return id;
  });

function* documents(): Generator<NewDocument & { characters: number }> {
  for (const folder of folders)
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      const path = join(folder, name);
      if (!textFile.test(name) || !statSync(path).isFile() || statSync(path).size > 256 * 1024) continue;
      const text = readFileSync(path, "utf8");
      yield { key: name, version: "1", tokens: tokensOf(text), characters: text.length };
    }
}

const index = new WorkspaceIndex();
const held: number[][] = [];
let addMs = 0;
let mergeMs = 0;
let longestSliceMs = 0;
let longestAddMs = 0;
let chunk: NewDocument[] = [];
let characters = 0;
const flush = () => {
  const start = performance.now();
  index.add(chunk);
  const took = performance.now() - start;
  addMs += took;
  longestAddMs = Math.max(longestAddMs, took);
  chunk = [];
  characters = 0;
  for (let more = true; more; ) {
    const before = performance.now();
    more = index.maintain(4);
    const ms = performance.now() - before;
    mergeMs += ms;
    longestSliceMs = Math.max(longestSliceMs, ms);
  }
};
let seen = 0;
for (const document of documents()) {
  // Every hundredth file stays out: it is the text that is being written.
  if (++seen % 100 === 0) {
    held.push([...document.tokens]);
    continue;
  }
  chunk.push(document);
  characters += document.characters;
  if (characters > chunkCharacters) flush();
  if (index.tokens >= wanted) break;
}
if (chunk.length > 0) flush();

const times: number[] = [];
const lengths: number[] = [];
let right = 0;
let drafted = 0;
for (let i = 0; times.length < Number(options.lookups); i++) {
  const text = held[i % held.length]!;
  const position = longestContext + ((i * 7919) % Math.max(1, text.length - longestContext - 1));
  if (position >= text.length) continue;
  const end = text.slice(position - longestContext, position);
  const before = performance.now();
  const match = index.match(end, 3, 15);
  times.push((performance.now() - before) * 1000);
  if (!match) continue;
  drafted++;
  lengths.push(match.length);
  if (match.tokens[0] === text[position]) right++;
}
times.sort((a, b) => a - b);
const at = (share: number) => times[Math.floor(share * (times.length - 1))]!;

const folder = mkdtempSync(join(tmpdir(), "hunch-index-"));
const fail = (message: string) => {
  throw new Error(message);
};
let before = performance.now();
new IndexStore(folder, "bench", "bench", fail).write(index);
const writeMs = performance.now() - before;
before = performance.now();
const reread = new IndexStore(folder, "bench", "bench", fail).read();
const readMs = performance.now() - before;
if (reread.tokens !== index.tokens) throw new Error("the index read back is another one");
const [own] = readdirSync(folder);
const diskBytes = readdirSync(join(folder, own!)).reduce(
  (sum, name) => sum + statSync(join(folder, own!, name)).size,
  0,
);
rmSync(folder, { recursive: true });

const megabytes = (bytes: number) => Math.round(bytes / 1e5) / 10;
const round = (value: number) => Math.round(value * 10) / 10;
const result = {
  made: new Date().toISOString().slice(0, 10),
  cpu: cpus()[0]?.model ?? "unknown CPU",
  tokens: index.tokens,
  segments: index.segments.length,
  lookupMicroseconds: { median: round(at(0.5)), p99: round(at(0.99)), longest: round(at(1)) },
  memoryMB: megabytes(index.bytes),
  diskMB: megabytes(diskBytes),
  buildSeconds: round((addMs + mergeMs) / 1000),
  longestAddMs: round(longestAddMs),
  longestMergeSliceMs: round(longestSliceMs),
  writeMs: Math.round(writeMs),
  readMs: Math.round(readMs),
  lookupsWithMatch: round((100 * drafted) / times.length),
  firstTokenRight: round((100 * right) / Math.max(1, drafted)),
};
const rows = [
  ["tokens, segments", `${result.tokens.toLocaleString("en")}, ${result.segments}`],
  [
    "look-up: median, 99 %, longest",
    `${result.lookupMicroseconds.median} µs, ${result.lookupMicroseconds.p99} µs, ${result.lookupMicroseconds.longest} µs`,
  ],
  ["in memory, on disk", `${result.memoryMB} MB, ${result.diskMB} MB`],
  ["built in (computing time)", `${result.buildSeconds} s`],
  ["longest stretch without a pause: adding, merging", `${result.longestAddMs} ms, ${result.longestMergeSliceMs} ms`],
  ["written, read", `${result.writeMs} ms, ${result.readMs} ms`],
  [
    "look-ups with a match of 3 or more, first token right",
    `${result.lookupsWithMatch} %, ${result.firstTokenRight} % of them`,
  ],
];
const markdown = `# Workspace index, ${result.made}

\`npm run bench:index\`, ${result.cpu}. Text: source files, look-ups at places in files that were kept out of the index.

| what | measured |
|---|---|
${rows.map((row) => `| ${row.join(" | ")} |`).join("\n")}
`;
await writeResults({ out: options.out, name: "index" }, result, markdown, picture(result));
console.log(markdown);
