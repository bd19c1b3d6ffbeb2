/** Evaluated prompts on disk (cache/prefixStore.ts) for a model in this process. */
import { statSync } from "node:fs";
import type { GenerateParams, LoadParams } from "../../../common/protocol.ts";
import { PrefixKeeper } from "../../cache/prefixKeeper.ts";
import { PrefixStore } from "../../cache/prefixStore.ts";
import type { StateFolder } from "../../stateFolder.ts";
import type { LoadHooks } from "../backend.ts";
import type { OpenModel } from "./loadModel.ts";
import type { Runtime } from "./runtime.ts";
import type { NativeSequence } from "./sequence.ts";

/**
 * null where none are wanted. A cache that can not drop a suffix would be of use for the very same text only: it is not
 * kept.
 */
export async function openPromptCache(
  { promptCacheBytes = 0, promptCacheByDefault: sparesOthers }: LoadParams,
  { ref, model, kvType, flashAttention, canRollBack, sizeBytes }: OpenModel,
  { llama, device }: Runtime,
  folder: StateFolder,
  log: LoadHooks["log"],
): Promise<PrefixKeeper | null> {
  if (promptCacheBytes <= 0 || !canRollBack) return null;
  const key = {
    // A file that is not of the catalogue may be replaced by another of the same name.
    model: ref.sha256 ?? [ref.path, sizeBytes, statSync(ref.path).mtimeMs],
    architecture: model.fileInfo.metadata.general.architecture,
    kvType,
    flashAttention,
    device,
    runtime: [llama.llamaCppRelease.release, llama.buildType],
  };
  const store = new PrefixStore({
    folder: promptsFolder(folder),
    key,
    limitBytes: promptCacheBytes,
    sparesOthers,
    log,
  });
  await store.clean();
  return new PrefixKeeper(store);
}

/** Drops what is kept over so many bytes, of all models together; at 0 everything. */
export async function trimPrompts(limitBytes: number, folder: StateFolder, log: LoadHooks["log"]): Promise<void> {
  await new PrefixStore({ folder: promptsFolder(folder), key: null, limitBytes, log }).trim();
}

function promptsFolder(folder: StateFolder): string {
  return folder.folder("prompts");
}

/** Keeps what this prompt is about to push out of the sequence. */
export async function keepReplaced(
  prefixes: PrefixKeeper | null,
  sequence: NativeSequence,
  tokens: readonly number[],
  { prompt, conversationId }: GenerateParams,
): Promise<void> {
  if (prompt.kind !== "raw") await prefixes?.keepReplaced(sequence, tokens, conversationId);
}

/** Takes what was kept of this conversation, and keeps what it pushes out of the sequence. */
export async function exchangePrompt(
  prefixes: PrefixKeeper | null,
  sequence: NativeSequence,
  tokens: readonly number[],
  { prompt, conversationId }: GenerateParams,
): Promise<void> {
  // A raw prompt is a program's: it does not come back to it.
  if (prompt.kind === "raw") {
    prefixes?.forget(sequence);
    return;
  }
  // Nobody waits while a file is read.
  sequence.leave();
  try {
    await prefixes?.exchange(sequence, tokens, conversationId);
  } finally {
    await sequence.enter();
  }
}
