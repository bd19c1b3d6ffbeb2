/** From the files that a load names to what runs them: reads their headers only. */
import type { LoadParams, ModelRef, SpeculationMode } from "../common/protocol.ts";
import { chooseBackend } from "./backendChoice.ts";
import { readGguf } from "./gguf.ts";
import type { LlamaServerHere } from "./llamaServer/find.ts";

/**
 * @param here the llama-server of this machine
 * @throws HunchError of a file that can not be read
 */
export async function automaticBackend(
  target: ModelRef,
  draft: ModelRef | null,
  speculation: SpeculationMode,
  here: LlamaServerHere,
): Promise<Pick<LoadParams, "server" | "backendReason">> {
  const [targetFacts, draftFacts] = [await readGguf(target.path), draft ? await readGguf(draft.path) : null];
  const { server, reason } = chooseBackend(targetFacts, draftFacts, speculation, here);
  return { ...(server ? { server } : {}), backendReason: reason };
}
