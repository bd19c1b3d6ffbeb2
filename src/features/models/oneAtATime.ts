/** Long work with the model of the settings, one at a time. */

import type { Ctx } from "../../host/ctx.ts";
import { showInformation } from "../../host/messages.ts";
import { offerMissingModel } from "./download.ts";

/**
 * What is returned runs a work unless one runs already, which `busyText` then says; null where it did not run. A missing
 * model is offered before that counts as running: VS Code tells nothing of a message that faded away without an answer, so
 * work must not wait for one either.
 */
export function oneAtATime(ctx: Ctx, busyText: () => string): <T>(work: () => Promise<T>) => Promise<T | null> {
  let running = false;
  return async (work) => {
    if (!running && !(await offerMissingModel(ctx))) return null;
    // Another one may have begun while the model was fetched.
    if (running) {
      void showInformation(busyText());
      return null;
    }
    running = true;
    try {
      return await work();
    } finally {
      running = false;
    }
  };
}
