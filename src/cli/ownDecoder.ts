/** Measurements that are of Hunch's own decoder: a server guesses by itself, as it was started, whatever a run asks for. */
import type { ModelInfo } from "../common/protocol.ts";
import { usage } from "./values.ts";

/** Asked once the model is loaded: with --backend auto its file decides. @throws HunchError usage */
export function assertOwnDecoder({ backend }: Pick<ModelInfo, "backend">, what: string, hint: string): void {
  if (backend === "embedded") return;
  throw usage(`A server runs this model (--backend ${backend}), and ${what}.`, hint);
}
