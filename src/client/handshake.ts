/** The first request of a connection: both sides say who they are. */

import { fromErrorData, HunchError, toErrorData } from "../common/errors.ts";
import { t } from "../common/l10n.ts";
import type { InitializeParams, InitializeResult } from "../common/protocol.ts";
import * as protocol from "../common/protocol.ts";
import { howItEnded, lastWords } from "./crash.ts";
import type { EngineLink } from "./engineLink.ts";
import { startFailed } from "./engineProcess.ts";

/** @throws HunchError engineStartFailed, protocolMismatch, unauthorized, engineRetired; the link is then given up */
export async function shakeHands(
  link: EngineLink,
  who: Omit<InitializeParams, "protocolVersion" | "parentPid">,
  timeoutMs: number,
): Promise<InitializeResult> {
  const hello = link.connection.sendRequest(protocol.initializeRequest, {
    protocolVersion: protocol.protocolVersion,
    parentPid: process.pid,
    ...who,
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    const result = await Promise.race([
      hello,
      link.exited.then((exit) => {
        const reason = lastWords(link.lastLines);
        throw startFailed(undefined, t("it ended at once ({0}){1}", howItEnded(exit), reason ? `: ${reason}` : "."));
      }),
      new Promise<never>((_, reject) => {
        const error = startFailed(undefined, t("no answer within {0} s.", Math.round(timeoutMs / 1000)));
        timer = setTimeout(() => reject(error), timeoutMs);
      }),
    ]);
    if (result.protocolVersion !== protocol.protocolVersion) throw mismatch(result);
    return result;
  } catch (error) {
    // The losers of the race reject later; nobody waits for them.
    hello.catch(() => {});
    link.abandon();
    throw error instanceof HunchError ? error : fromErrorData(toErrorData(error), error);
  } finally {
    clearTimeout(timer);
  }
}

function mismatch(result: InitializeResult): HunchError {
  return new HunchError(
    "protocolMismatch",
    t("The engine speaks protocol {0}, this program speaks {1}.", result.protocolVersion, protocol.protocolVersion),
    { hint: t("The installation is mixed up: install Hunch again (in a checkout: npm run build).") },
  );
}
