/** One program at a time starts or replaces the shared engine: two that come at once must not make two. */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { lock } from "proper-lockfile";

/** Age after which the lock of a starter that died is taken over (ms). */
const staleMs = 4_000;
const pollMs = 50;
/** Longer than a start on a slow machine, so that whoever waits finds what was started. */
const longestWaitMs = 90_000;

/**
 * Runs `work` while nobody else does so in this folder, which has to exist; whoever comes meanwhile waits.
 * @throws what `work` throws; Error after a minute and a half without a turn, at once where there can be no lock
 */
export async function whileStarting<T>(folder: string, work: () => Promise<T>): Promise<T> {
  let isLost = false;
  // Suspended for seconds: at worst two engines are started, of which the last is found from then on.
  const release = await acquire(folder, () => {
    isLost = true;
  });
  try {
    return await work();
  } finally {
    if (!isLost) await release();
  }
}

/** On Windows a folder that is just being removed says that it can not be made. */
const heldCodes = process.platform === "win32" ? ["ELOCKED", "EPERM", "EACCES", "EBUSY"] : ["ELOCKED"];

/** Waits for the one who holds it; a full disk or a folder that can not be written to would not get better by waiting. */
async function acquire(folder: string, onCompromised: () => void): Promise<() => Promise<void>> {
  const giveUpAt = performance.now() + longestWaitMs;
  for (;;) {
    try {
      return await lock(folder, {
        lockfilePath: join(folder, "starting.lock"),
        realpath: false,
        stale: staleMs,
        update: staleMs / 4,
        onCompromised,
      });
    } catch (error) {
      const isHeld = heldCodes.includes((error as NodeJS.ErrnoException).code ?? "");
      if (!isHeld || performance.now() > giveUpAt) throw error;
    }
    await delay(pollMs);
  }
}
