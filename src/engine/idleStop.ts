/** How work that nobody waits for is told to stop, and why. */

/** Somebody waits for the model; or somebody types, and it may go on in a moment. */
export type StopCause = "request" | "pause";

/** Asked now and then; false: it may go on. */
export type Stop = () => StopCause | false;

/** Does `work`. @returns whether a pause cut it short: it has not had its chance then, and comes again */
export async function cutByPause(stop: Stop, work: (stop: () => boolean) => Promise<void>): Promise<boolean> {
  let last = false as StopCause | false;
  await work(() => {
    last ||= stop();
    return last !== false;
  });
  return last === "pause";
}
