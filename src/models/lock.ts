/**
 * One process at a time fetches a model. The others wait, then find the file. A holder that died is noticed by its
 * lock's age; one that was suspended too long loses the lock, stops, and queues again.
 */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { lock } from "proper-lockfile";

/** Age (ms) after which a lock that its holder no longer refreshes is taken over. */
const staleMs = 10_000;
const pollMs = 250;
/** In the folder that is locked. */
const lockFile = "download.lock";

/**
 * Runs `work` while holding the folder's lock; its signal aborts when the caller's does or the lock is lost.
 * `onWait` is called again and again while another process holds it. Rejects with the signal's reason on abort.
 */
export async function withLock<T>(
  folder: string,
  options: { onWait(): Promise<void>; signal: AbortSignal },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  for (;;) {
    options.signal.throwIfAborted();
    const lost = new AbortController();
    const release = await acquire(folder, lost);
    if (release === null) {
      await options.onWait();
      await delay(pollMs, undefined, { signal: options.signal });
      continue;
    }
    try {
      return await work(AbortSignal.any([options.signal, lost.signal]));
    } catch (error) {
      if (!lost.signal.aborted || options.signal.aborted) throw error;
    } finally {
      if (!lost.signal.aborted) await release();
    }
  }
}

/** null while another process holds the lock. */
async function acquire(folder: string, lost: AbortController): Promise<(() => Promise<void>) | null> {
  try {
    return await lock(folder, {
      lockfilePath: join(folder, lockFile),
      realpath: false,
      stale: staleMs,
      update: staleMs / 5,
      onCompromised: (error) => lost.abort(error),
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ELOCKED") return null;
    throw error;
  }
}
