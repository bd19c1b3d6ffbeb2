/** The result that an interrupted benchmark left, to go on from. */
import { readFile } from "node:fs/promises";

/** null: there is none. @param tell told, as a sentence, why one that is there is of no use */
export async function earlierResult<T>(file: string, tell: (why: string) => void): Promise<T | null> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as T;
  } catch (error) {
    if (error instanceof SyntaxError) tell(`${file} is damaged, so nothing of it can be used: begun anew.`);
    else if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return null;
  }
}
