/** Runs jobs a few ahead of their consumer and hands out their results in order. */

/**
 * `start` gets the job's number, from `first` up to but not including `end`, and a signal that aborts when `signal`
 * does, when an earlier job failed, or when the consumer stopped. Ends only after every started job has ended.
 */
export async function* inOrder<T>(
  first: number,
  end: number,
  ahead: number,
  start: (job: number, signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): AsyncGenerator<{ job: number; result: T }> {
  const stop = new AbortController();
  const jobSignal = AbortSignal.any([signal, stop.signal]);
  const running: Promise<T>[] = [];
  const ended: Promise<unknown>[] = [];
  let next = first;
  try {
    for (let job = first; job < end; job++) {
      for (; next < Math.min(end, job + ahead); next++) {
        const started = start(next, jobSignal);
        running.push(started);
        ended.push(started.catch(() => undefined));
      }
      yield { job, result: await running.shift()! };
    }
  } finally {
    stop.abort();
    await Promise.all(ended);
  }
}
