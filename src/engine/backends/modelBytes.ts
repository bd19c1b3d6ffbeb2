/** What a model takes on the disk: a pass reads all its weights, whichever of its files they are in. */
import { statSync } from "node:fs";
import { modelFiles } from "../../common/modelParts.ts";

/** Of all files of the model that `path` is, or is the first part of. Throws as `statSync`. */
export function modelBytes(path: string): number {
  return modelFiles(path).reduce((sum, file) => sum + statSync(file).size, 0);
}
