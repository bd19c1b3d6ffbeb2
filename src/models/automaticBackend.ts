/** From the files that a load names to what runs them: reads their headers only. */
import type { LoadParams, ModelRef, SpeculationMode } from "../common/protocol.ts";
import { chooseBackend } from "./backendChoice.ts";
import { readGguf } from "./gguf.ts";

/**
 * @param program absolute path of a llama-server; null when there is none
 * @throws HunchError of a file that can not be read
 */
export async function automaticBackend(
  target: ModelRef,
  draft: ModelRef | null,
  speculation: SpeculationMode,
  program: string | null,
): Promise<Pick<LoadParams, "server" | "backendReason">> {
  const [targetFacts, draftFacts] = [await readGguf(target.path), draft ? await readGguf(draft.path) : null];
  const { server, reason } = chooseBackend(targetFacts, draftFacts, speculation, program);
  return { ...(server ? { server } : {}), backendReason: reason };
}
