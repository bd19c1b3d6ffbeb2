/** Asking once more where that helps. */
import { HunchError } from "../common/errors.ts";

/** Programs with different models, or versions, may cross each other a few times; not for ever. */
const mostAttempts = 4;

/** @param helps decides after a failure whether another attempt may do better */
export async function again<T>(attempt: () => Promise<T>, helps: (error: unknown) => boolean): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      if (attempts === mostAttempts || !helps(error)) throw error;
    }
  }
}

/** The engine had dropped the model, or has been replaced by another engine. */
export function isGone(error: unknown): boolean {
  return error instanceof HunchError && (error.code === "modelNotLoaded" || error.code === "engineRetired");
}
