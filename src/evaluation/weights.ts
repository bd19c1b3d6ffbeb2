/** Which model a result belongs to. */
import { HunchError } from "../common/errors.ts";
import { t } from "../common/l10n.ts";
import type { ModelInfo } from "../common/protocol.ts";

/** A model is its weights, whatever its file is called: their hash, or name and size where that is not known. */
export function weightsOf({ sha256, id, sizeBytes }: ModelInfo): string {
  return sha256 ?? `${id}-${sizeBytes}`;
}

/**
 * The engine answers with the model that is loaded, and the user or another program may have changed that meanwhile.
 * @param hint what to do then, of the wanted model's name
 * @throws HunchError usage when `used` is another model than `wanted`
 */
export function assertSameModel(used: ModelInfo, wanted: ModelInfo, hint = goOnWith): void {
  if (weightsOf(used) === weightsOf(wanted)) return;
  const [before, now] = [wanted, used].map(({ name, id }) => name || id);
  throw new HunchError("usage", t("The model was changed from {0} to {1} during the measurement.", before!, now!), {
    hint: hint(before!),
  });
}

function goOnWith(model: string): string {
  return t("Start it again with {0}: it goes on from what is finished.", model);
}
