/** What the work of a command tells the user, whoever reads it: a person at a terminal, a file, or a program. */
import type { ErrorData } from "../../common/errors.ts";
import type { GenerationEvent, GenerationResult, ModelInfo, Notice } from "../../common/protocol.ts";
import type { CatalogueModel } from "../../models/catalogue.ts";
import type { DownloadProgress } from "../../models/download.ts";

/** What is known before the engine has the model. */
export interface Preparation {
  /** A model is not on this machine and is fetched now. */
  downloadStarts(model: CatalogueModel): void;
  download(model: CatalogueModel, progress: DownloadProgress): void;
  /** The file is hashed, which takes seconds the first time. */
  verifying(model: CatalogueModel, bytes: number): void;
  /** @param progress 0..1 */
  loading(id: string, progress: number): void;
  notice(notice: Notice): void;
}

export interface AskOutput extends Preparation {
  loaded(model: ModelInfo): void;
  events(events: readonly GenerationEvent[]): void;
  /** What a key does at the moment; "" for nothing. */
  offer(hint: string): void;
  done(result: GenerationResult): void;
  /** The work ended early; what was written stays. */
  failed(error: ErrorData): void;
}
