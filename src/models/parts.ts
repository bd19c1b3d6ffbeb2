/** Models in several files: the first one is chosen, and all have to be there. */
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { HunchError } from "../common/errors.ts";
import { t } from "../common/l10n.ts";
import { modelFiles, modelPart, partPath } from "../common/modelParts.ts";

/** Of all parts together. @throws HunchError modelTruncated, where one is missing */
export async function modelBytes(path: string): Promise<number> {
  const files = modelFiles(path);
  let sum = 0;
  for (const [i, file] of files.entries()) {
    const stats = await stat(file).catch(() => null);
    if (stats === null)
      throw new HunchError(
        "modelTruncated",
        t("{0} is cut short: {1}.", basename(path), t("part {0} of {1} is missing", i + 1, files.length)),
        { hint: t("Get the model again.") },
      );
    sum += stats.size;
  }
  return sum;
}

/** Part `index`, from 1, was chosen, which is of no use without the first. */
export function laterPart(path: string, { index, count }: { index: number; count: number }): HunchError {
  return new HunchError("modelUnsupported", t("{0} is part {1} of {2} of a model.", basename(path), index, count), {
    hint: modelPart(path)
      ? t("Choose the first one: {0}", basename(partPath(path, 1)))
      : t("Choose the first one; the others are found by its name."),
  });
}
