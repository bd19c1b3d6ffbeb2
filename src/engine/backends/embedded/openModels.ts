/**
 * Opens target and draft model on one runtime: on the GPU as far as its memory allows, else on the CPU, with as many
 * threads as may be used. What could not be had as it was asked for is a notice, not an error, wherever there is another
 * way.
 */
import type { GpuChoice, LoadParams, ModelRef, Notice } from "../../../common/protocol.ts";
import { usableCores } from "../../threads.ts";
import type { LoadHooks } from "../backend.ts";
import { cacheOptions } from "./kvType.ts";
import { Lanes } from "./lanes.ts";
import type { OpenModel } from "./loadModel.ts";
import { addSequences, affordableSequences } from "./moreSequences.ts";
import { GpuMemoryError, openOffloaded } from "./offload.ts";
import { type Runtime, startRuntime } from "./runtime.ts";
import { isSameVocabulary } from "./sameVocabulary.ts";

export interface OpenModels {
  runtime: Runtime;
  target: OpenModel;
  /** null: none was asked for, or the two are no pair (a notice says why). */
  draft: OpenModel | null;
  /** The target's sequences. */
  lanes: Lanes;
  /** Most threads of a pass. */
  threads: number;
  notices: Notice[];
  loadMs: number;
}

/** @throws HunchError of the runtime or of the target's file */
export async function openModels(params: LoadParams, hooks: LoadHooks): Promise<OpenModels> {
  try {
    return await openOn(params.gpu, params, hooks);
  } catch (error) {
    if (!(error instanceof GpuMemoryError)) throw error;
    hooks.log("warn", error.message);
    const opened = await openOn("off", params, hooks);
    opened.notices.push({ code: "gpuMemory", message: `${error.message} It runs on the CPU.` });
    return opened;
  }
}

async function openOn(gpu: GpuChoice, params: LoadParams, hooks: LoadHooks): Promise<OpenModels> {
  const start = performance.now();
  const free = usableCores();
  const wanted = params.threads === "auto" ? free : params.threads;
  const threads = Math.max(1, Math.min(wanted, free));
  const notices: Notice[] = [];
  if (threads < wanted)
    notices.push({
      code: "threadsLowered",
      message: `${wanted} threads were asked for; ${threads} are used, as many cores as this process may use: one thread more would slow every token down many times.`,
    });
  const runtime = await startRuntime(gpu, threads, hooks.log);
  notices.push(...runtime.notices);
  const opened: OpenModel[] = [];
  try {
    const { kvType, flashAttention, notice } = cacheOptions(params, runtime.device);
    if (notice) notices.push(notice);
    const options = { contextSize: params.contextSize, kvType, flashAttention, threads, signal: hooks.signal };
    const open = async (ref: ModelRef) => {
      const model = await openOffloaded(runtime, ref, { ...options, onProgress: (p) => hooks.onProgress(ref, p) });
      opened.push(model);
      notices.push(...model.notices);
      return model;
    };
    const target = await open(params.target);
    let draft: OpenModel | null = null;
    if (params.draft) {
      draft = await open(params.draft).catch(unlessGpuIsFull);
      const reason = draft ? mismatch(target, draft) : `the memory of ${runtime.device} is full.`;
      if (reason) {
        notices.push({ code: "draftIgnored", message: `The draft model ${params.draft.id} is not used: ${reason}` });
        if (draft) opened.pop();
        await draft?.dispose();
        draft = null;
      }
    }
    if (!target.canRollBack)
      notices.push({
        code: "noRollback",
        message: "This model's cache cannot drop tokens, so nothing is guessed: decoding is plain.",
      });
    const lanes = new Lanes({
      first: target.sequence,
      most: await affordableSequences(runtime, target, params.lanes ?? 1),
      addSequences: (total) => addSequences(target, total),
      log: hooks.log,
    });
    if (typeof params.lanes === "number") await lanes.open();
    return { runtime, target, draft, lanes, threads, notices, loadMs: performance.now() - start };
  } catch (error) {
    for (const model of opened) await model.dispose();
    await runtime.llama.dispose();
    throw error;
  }
}

/** A draft model that does not fit onto the GPU beside the target is no reason to take the target off it. */
function unlessGpuIsFull(error: unknown): null {
  if (error instanceof GpuMemoryError) return null;
  throw error;
}

/** Why these two cannot be a pair; null when they can. */
function mismatch(target: OpenModel, draft: OpenModel): string | null {
  const [a, b] = [target.model.fileInfo.metadata.tokenizer.ggml, draft.model.fileInfo.metadata.tokenizer.ggml];
  if (!isSameVocabulary(a, b)) return "its vocabulary is another one.";
  if (!draft.canRollBack) return "its cache cannot drop tokens.";
  return null;
}
