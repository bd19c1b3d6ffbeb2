/** How soon a window has its stored chats: the extension's own store on files as it writes them. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { builtFolder, repository } from "../../test/webview/browser.mjs";

/** Turns of a stored chat, and characters of each of its thoughts and answers. */
const turnsPerChat = 8;
const thoughtLength = 6_000;
const answerLength = 2_500;

/** Milliseconds (median of 7) until `count` chats are listed, with the index and without, and until one is read. */
export async function restoreTimes(count) {
  const { ConversationStore } = await build("src/features/chat/conversationStore.ts");
  const { ask, newConversation } = await build("src/features/chat/conversation.ts");
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "hunch-bench-"));
  const open = () => new ConversationStore({ folder, now: Date.now, onError: fail });
  try {
    const store = open();
    for (let i = 0; i < count; i++) {
      const conversation = newConversation(`chat-${i}`);
      for (let k = 0; k < turnsPerChat; k++) {
        const question = { task: "ask", text: `Question ${k} about the cart of chat ${i}`, code: [] };
        const turn = ask(conversation, question, "auto");
        turn.status = "done";
        turn.thinking = [{ text: "Let me see. ".repeat(thoughtLength / 12), origin: "target" }];
        turn.answer = [{ text: "The total is rounded. ".repeat(answerLength / 22), origin: "target" }];
      }
      store.changed(conversation);
    }
    await store.save();
    const size = fs.readdirSync(folder).reduce((sum, name) => sum + fs.statSync(path.join(folder, name)).size, 0);
    const list = () => {
      const listed = open().list().length;
      if (listed !== count) fail(new Error(`${listed} chats instead of ${count}`));
    };
    const indexedMs = median(list);
    const openMs = median(() => open().load("chat-7"));
    fs.rmSync(path.join(folder, "index.json"));
    return { indexedMs, unindexedMs: median(list), openMs, megabytes: Number((size / 1e6).toFixed(1)) };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function build(file) {
  const outfile = path.join(builtFolder, `${path.basename(file, ".ts")}.mjs`);
  await esbuild.build({
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "warning",
    absWorkingDir: repository,
    entryPoints: [file],
    outfile,
  });
  return import(pathToFileURL(outfile).href);
}

function median(work) {
  const times = Array.from({ length: 7 }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  }).sort((a, b) => a - b);
  return Number(times[3].toFixed(1));
}

function fail(error) {
  throw error;
}
