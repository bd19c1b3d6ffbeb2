/** One program at a time starts or replaces the shared engine: two that come at once must not make two. */
import { join } from "node:path";
import { lock } from "proper-lockfile";

/** Age after which the lock of a starter that died is taken over (ms). */
const staleMs = 4_000;
const pollMs = 50;
/** Longer than a start on a slow machine, so that whoever waits finds what was started. */
const longestWaitMs = 90_000;

/**
 * Runs `work` while nobody else does so in this folder, which has to exist; whoever comes meanwhile waits.
 * @throws what `work` throws; Error after a minute and a half without a turn
 */
export async function whileStarting<T>(folder: string, work: () => Promise<T>): Promise<T> {
  let isLost = false;
  const release = await lock(folder, {
    lockfilePath: join(folder, "starting.lock"),
    realpath: false,
    stale: staleMs,
    update: staleMs / 4,
    retries: { retries: longestWaitMs / pollMs, minTimeout: pollMs, maxTimeout: pollMs, factor: 1 },
    // Suspended for seconds: at worst two engines are started, of which the last is found from then on.
    onCompromised: () => {
      isLost = true;
    },
  });
  try {
    return await work();
  } finally {
    if (!isLost) await release();
  }
}
