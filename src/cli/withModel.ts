/**
 * A model loaded for one piece of work. Where the GPU takes the engine with it before the work has said anything, all of
 * it begins anew on the processor: the next command knows nothing of this one, and would end at the same place. It begins
 * anew too where a shared engine has dropped the model or was replaced: other programs do that, and its user can not help it.
 */
import { again, isGone } from "../client/again.ts";
import type { EngineClient } from "../client/engineClient.ts";
import { GpuTrust } from "../client/gpuTrust.ts";
import type { LoadParams, ModelInfo, Notice } from "../common/protocol.ts";
import { type EngineContext, load, withEngine } from "./engine.ts";

/**
 * @param work told when it begins anew by being called again. Its `told` is what the user was told of the model that its
 * own notices do not say
 * @param hasSaid whether the work has said what can not be taken back
 * @throws HunchError of the engine and the load, and what `work` throws
 */
export async function withModel<T>(
  context: EngineContext,
  params: LoadParams,
  work: (client: EngineClient, model: ModelInfo, told: readonly Notice[]) => Promise<T>,
  hasSaid: () => boolean,
): Promise<T> {
  const gpu = new GpuTrust();
  const attempt = (told: readonly Notice[]) =>
    withEngine(context, async (client) => {
      const asked = gpu.loadOf(params);
      let model: ModelInfo | null = null;
      client.onExit(({ expected }) => {
        if (!expected) gpu.crashed(model ?? asked, client.lastWords, performance.now());
      });
      model = await load(client, asked, context);
      return work(client, model, told);
    });
  const mayBeginAnew = () => !hasSaid() && !context.interrupts.signal.aborted;
  const begin = (told: readonly Notice[]) =>
    again(
      () => attempt(told),
      (error) => isGone(error) && mayBeginAnew(),
    );
  try {
    return await begin([]);
  } catch (error) {
    const notice = gpu.notice(params, "With --gpu off it begins there; a newer driver of the GPU may help.");
    if (!notice || !mayBeginAnew()) throw error;
    context.output.notice(notice);
    return begin([notice]);
  }
}
