// Stands in for the engine that several programs share: a real process on a real socket, with one model for all, that
// dies as the prompt says.
import { rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createMessageConnection, ResponseError, SocketMessageReader, SocketMessageWriter } from "vscode-jsonrpc/node";

const { folder, build, log, lingerMs } = JSON.parse(process.argv[3]);
const record = join(folder, "engine.json");
const address = join(folder, `${process.pid}.sock`);
const connections = new Map();
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let model = null;
let loads = 0;
let running = 0;

/** The one model is that of whoever asks. */
function modelOf({ target: { id }, gpu }) {
  if (model?.id !== id || model.gpu !== gpu)
    model = { id, gpu, backend: "embedded", loadMs: ++loads, gpuLayers: gpu === "off" ? 0 : 31, notices: [] };
  return model;
}

async function generate(wanted, { generationId, prompt: { text } }, connection, token) {
  const { gpuLayers } = modelOf(wanted);
  const say = (said) => {
    const tokens = [{ id: 1, text: said, segment: "answer", origin: "target" }];
    connection.sendNotification("generation", { generationId, events: [{ type: "tokens", tokens, live: {} }] });
  };
  if (text === "die") process.abort();
  if (text === "out of memory on the GPU" && gpuLayers > 0) {
    console.error("vk::Device::allocateMemory: ErrorOutOfDeviceMemory");
    process.abort();
  }
  say(text);
  while (text === "until cancelled" && !token.isCancellationRequested) await sleep(2);
  return { answer: "", thinking: "", stopReason: token.isCancellationRequested ? "cancelled" : "stop", model };
}

function serve(connection) {
  let wanted = null;
  connection.onRequest("initialize", () => ({ protocolVersion: 2, engineVersion: "fake", pid: process.pid }));
  connection.onRequest("load", (params) => {
    wanted = params;
    return modelOf(params);
  });
  connection.onRequest("status", () => ({ pid: process.pid, clients: connections.size, model, devices: [] }));
  connection.onRequest("generate", async (params, token) => {
    if (!wanted) throw new ResponseError(1, "None is loaded.", { code: "modelNotLoaded", message: "None.", hint: "" });
    running++;
    try {
      return await generate(wanted, params, connection, token);
    } finally {
      running--;
    }
  });
  connection.onRequest("retire", () => {
    void retire();
    return null;
  });
}

async function retire() {
  rmSync(record, { force: true });
  server.close();
  for (const connection of connections.values()) connection.sendNotification("retiring");
  do await sleep(50);
  while (running > 0);
  for (const socket of connections.keys()) socket.end();
}

const server = createServer((socket) => {
  const connection = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
  connections.set(socket, connection);
  serve(connection);
  connection.onRequest("shutdown", () => {
    setImmediate(() => socket.end());
    return null;
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    connections.delete(socket);
    setTimeout(() => connections.size === 0 && process.exit(0), lingerMs);
  });
  connection.listen();
});
server.listen(address, () => {
  writeFileSync(record, JSON.stringify({ ...build, pid: process.pid, address, token: "", log }));
  process.send("listening", () => process.disconnect());
});
