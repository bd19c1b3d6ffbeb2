// Stands in for the engine where faults are tested: a real process on a real channel that misbehaves as told by
// HUNCH_FAKE (at start) and by the prompt (in a generation).
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createMessageConnection, IPCMessageReader, IPCMessageWriter, ResponseError } from "vscode-jsonrpc/node";

const fault = process.env.HUNCH_FAKE ?? "none";
if (fault === "diesAtStart") {
  console.error("libggml.so: cannot open shared object file");
  process.exit(7);
}

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const fail = (code, message) => {
  throw new ResponseError(1, message, { code, message, hint: "A hint." });
};
/** As an H100 did whose driver could not translate the PTX: llama.cpp's words by the log, the others on standard error. */
const diesOfCuda = async () => {
  for (const line of readFileSync(new URL("cudaCrash.txt", import.meta.url), "utf8")
    .trim()
    .split("\n"))
    if (line.startsWith("llama.cpp: ")) await connection.sendNotification("log", { level: "warn", message: line });
    else console.error(line);
  process.abort();
};
const keeps = (bytes) => {
  if (logLevel === "debug") connection.sendNotification("log", { level: "debug", message: `keeps ${bytes} bytes` });
};
let loaded = null;
let loads = 0;
let gpuLayers = 0;
let backend = "";
let logLevel = "";
let stateFolder = "";
/** This question's place among those to all engines of the folder: each of a terminal's attempts has its own. */
const attempt = () => {
  const file = join(stateFolder, "attempts");
  appendFileSync(file, ".");
  return readFileSync(file, "utf8").length;
};

connection.onRequest("initialize", async (params) => {
  ({ logLevel, stateFolder } = params);
  if (fault === "silent") await new Promise(() => {});
  return { protocolVersion: fault === "oldProtocol" ? 0 : 2, engineVersion: "fake", pid: process.pid };
});
connection.onRequest("load", async (params) => {
  if (params.target.id === "missing") fail("modelNotFound", "There is no such file.");
  if (params.target.id === "waits")
    for (const progress of [null, 0]) connection.sendNotification("loadProgress", { id: "waits", progress });
  for (const progress of [0.5, 1]) connection.sendNotification("loadProgress", { id: params.target.id, progress });
  if (params.target.id === "endless") await new Promise(() => {});
  if (params.target.id === "too large") {
    console.error("ggml_backend_cpu_buffer_type_alloc_buffer: failed to allocate buffer of size 9999999999");
    process.abort();
  }
  if (params.target.id === "has no kernels" && params.gpu !== "off") {
    console.error("ggml-cuda.cu:104: CUDA error: the provided PTX was compiled with an unsupported toolchain.");
    process.abort();
  }
  loaded = params.target.id;
  backend = { openai: "openai", llamaServer: "llama-server" }[params.server?.kind] ?? "embedded";
  if (logLevel === "debug") connection.sendNotification("log", { level: "debug", message: `loads ${loaded}` });
  if (params.promptCacheBytes !== undefined) keeps(params.promptCacheBytes);
  loads++;
  gpuLayers = params.gpu === "off" ? 0 : 31;
  return { id: loaded, loadMs: loads, gpuLayers, notices: [] };
});
connection.onNotification("limitPrompts", ({ bytes }) => keeps(bytes));
connection.onRequest("unload", () => {
  loaded = null;
  return { dropped: true };
});
connection.onRequest("status", () => ({
  pid: process.pid,
  clients: 1,
  model: loaded === null ? null : { id: loaded, backend },
  queueLength: 0,
  residentBytes: process.memoryUsage().rss,
  devices: [],
}));
connection.onRequest("countTokens", ({ text }) => text.length);
connection.onRequest("generate", async (params, token) => {
  if (loaded === null) fail("modelNotLoaded", "No model is loaded.");
  const emit = (events) => connection.sendNotification("generation", { generationId: params.generationId, events });
  const say = (text, segment = "answer") =>
    emit([{ type: "tokens", tokens: [{ id: 1, text, segment, origin: "target" }], live: {} }]);
  const done = (stopReason) => ({
    answer: "",
    thinking: "",
    stopReason,
    model: { id: loaded, loadMs: loads, notices: [] },
  });
  emit([{ type: "queue", position: 0 }]);
  switch (params.prompt.text) {
    case "prefill for ever":
      emit([{ type: "prefill", processedTokens: 1, totalTokens: 9, cachedTokens: 0 }]);
      return new Promise(() => {});
    case "think for ever":
      say("hm", "thinking");
      return new Promise(() => {});
    case "until cancelled":
      while (!token.isCancellationRequested) {
        say("a");
        await sleep(2);
      }
      return done("cancelled");
    case "out of memory on the GPU":
    case "says a word, then the GPU fails":
      if (params.prompt.text.startsWith("says")) say("Well");
      if (gpuLayers === 0) {
        say("on the CPU");
        return done("stop");
      }
      if (params.prompt.text.startsWith("out")) console.error("vk::Device::allocateMemory: ErrorOutOfDeviceMemory");
      process.abort();
      break;
    case "CUDA fails":
    case "says a word, then CUDA fails":
      if (params.prompt.text.startsWith("says")) say("Well");
      if (gpuLayers === 0) {
        say("on the CPU");
        return done("stop");
      }
      await diesOfCuda();
      break;
    case "is gone twice":
      switch (attempt()) {
        case 1:
          return fail("modelNotLoaded", "It is gone.");
        case 2:
          return fail("engineRetired", "It is gone.");
      }
      say("here");
      return done("stop");
    case "is gone for ever":
      attempt();
      fail("engineRetired", "It is gone.");
      break;
    case "says a word, then is gone":
      attempt();
      say("Well");
      fail("modelNotLoaded", "It is gone.");
      break;
    case "burst, then die":
      for (let i = 0; i < 300; i++) say(`${i} `);
      console.error("GGML_ASSERT(false) failed");
      process.abort();
      break;
    case "close the channel":
      say("a");
      process.disconnect();
      setInterval(() => {}, 1000);
      return new Promise(() => {});
    case "junk":
      for (const junk of [
        "junk",
        7,
        { id: 99_999 },
        { jsonrpc: "2.0", id: 1 },
        { jsonrpc: "2.0", method: "unheardOf" },
      ])
        process.send(junk);
      say("a");
      return done("stop");
    default:
      say(params.prompt.text);
      await sleep(5);
      return done("stop");
  }
});
connection.onRequest("shutdown", () => {
  if (fault === "deaf") return null;
  if (fault === "writesAtItsEnd") {
    const told = setInterval(() => connection.sendNotification("closing"), 200);
    setTimeout(() => {
      clearInterval(told);
      process.exit(5);
    }, 3_500);
    return new Promise(() => {});
  }
  setImmediate(() => process.exit(0));
  return null;
});
if (fault === "deaf") process.on("disconnect", () => {});
else process.on("disconnect", () => process.exit(0));
if (process.env.HUNCH_FAKE !== "deaf") process.on("SIGTERM", () => process.exit(0));
connection.listen();
