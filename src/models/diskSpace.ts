/** Is there room, and what to say when there is not: before a download and in the middle of one. */

import { statfs } from "node:fs/promises";
import { HunchError } from "../common/errors.ts";
import { t } from "../common/l10n.ts";
import { formatBytes } from "./units.ts";

/** Left free on purpose: a disk filled to the last byte breaks other programs. */
const reserveBytes = 64_000_000;

/** @throws HunchError diskFull, when the folder's disk cannot take `bytes` more. */
export async function ensureSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  // Small files (tests, tiny models) need no reserve larger than themselves.
  const neededBytes = bytes + Math.min(reserveBytes, bytes);
  if (freeBytes >= neededBytes) return;
  throw new HunchError(
    "diskFull",
    t(
      "The disk has {0} free, the download needs {1} more in {2}.",
      formatBytes(freeBytes),
      formatBytes(neededBytes),
      folder,
    ),
    {
      hint: t(
        "Free {0}, or choose another folder with HUNCH_MODELS or hunch.modelsFolder.",
        formatBytes(neededBytes - freeBytes),
      ),
    },
  );
}

/** The operating system's refusal to write: no space, or the user's quota is used up. */
export function isDiskFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].includes((error as NodeJS.ErrnoException | null)?.code ?? "");
}

export function diskFilledUp(folder: string, cause: unknown): HunchError {
  return new HunchError("diskFull", t("The disk filled up during the download, in {0}.", folder), {
    hint: t("Free some space and start again: the download goes on where it stopped."),
    cause,
  });
}
