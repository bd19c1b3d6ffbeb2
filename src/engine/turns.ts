/** Turns in the engine's queue of work that is no generation: it has the model for itself, or comes when nobody waits. */
import { HunchError } from "../common/errors.ts";
import type { FairQueue, TurnOptions } from "./queue.ts";

/** Nothing else runs beside it. */
export function alone<T>(
  queue: FairQueue,
  work: () => Promise<T>,
  options: Omit<TurnOptions<T>, "alone"> = {},
  onPosition: (position: number) => void = () => {},
): Promise<T> {
  return queue.run("engine", onPosition, work, { ...options, alone: true });
}

/**
 * A client's work that needs the model for itself takes its turn like a generation.
 * @param onPosition told the place in the queue when it changes; 0 = it begins
 * @throws HunchError cancelled
 */
export function exclusively<T>(
  queue: FairQueue,
  clientId: string,
  work: () => Promise<T>,
  signal?: AbortSignal,
  onPosition?: (position: number) => void,
): Promise<T> {
  const giveUp = () => {
    throw cancelled();
  };
  return alone(queue, work, { clientId, ...(signal ? { leaving: { signal, result: giveUp } } : {}) }, onPosition);
}

/** Once nobody runs or waits. Rejects with what `work` throws. */
export function whenIdle<T>(queue: FairQueue, work: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    queue.whenIdle(async () => {
      try {
        resolve(work());
      } catch (error) {
        reject(error);
      }
    });
  });
}

export function cancelled(): HunchError {
  return new HunchError("cancelled", "Stopped before it had begun.");
}
