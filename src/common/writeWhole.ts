/** Files that readers, in other processes too, see as they were or as they are now, never in part. */
import { rename, rm, writeFile } from "node:fs/promises";

/** Writes beside the old file and renames over it; one writer of a file at a time in a process. @throws of the file system */
export async function writeWhole(file: string, text: string): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
