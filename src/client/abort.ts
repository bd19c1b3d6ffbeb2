/** Waiting that can be given up. */

import { HunchError } from "../common/errors.ts";
import { t } from "../common/l10n.ts";

/**
 * Waits for `work`, at most until the abort; `late` gets a value that comes after it, to give it back.
 * @throws HunchError cancelled on abort
 */
export function orAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  late: (value: T) => void = () => {},
): Promise<T> {
  if (!signal) return work;
  return new Promise<T>((resolve, reject) => {
    const abort = () => {
      work.then(late, () => {});
      reject(new HunchError("cancelled", t("Stopped before it had begun.")));
    };
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    work
      .then((value) => {
        if (!signal.aborted) resolve(value);
      }, reject)
      .finally(() => signal.removeEventListener("abort", abort));
  });
}
