/** How `models download` shows its progress: a line that is redrawn in a terminal, new lines or JSON elsewhere. */
import stringWidth from "string-width";
import { type CatalogueModel, sizeText } from "../models/catalogue.ts";
import type { DownloadProgress } from "../models/download.ts";
import { bar } from "./output/live.ts";
import type { Preparation } from "./output/output.ts";
import { LiveRegion, type Screen } from "./terminal/liveRegion.ts";
import { downloadLine } from "./wording.ts";

export type DownloadDisplay = Pick<Preparation, "downloadStarts" | "download" | "notice">;

/** `close` removes the progress line; whatever is printed afterwards stands in its place. */
export class LiveDownload implements DownloadDisplay {
  readonly #screen: Screen;
  readonly #region: LiveRegion;
  readonly #onExit = () => this.#region.close();

  constructor(screen: Screen) {
    this.#screen = screen;
    this.#region = new LiveRegion(screen);
    // A crash of our own must not leave the cursor hidden.
    process.once("exit", this.#onExit);
  }

  downloadStarts(model: CatalogueModel): void {
    this.#region.update([`Downloading ${model.name}, ${sizeText(model)}, licence ${model.licence}.`], []);
  }

  download(model: CatalogueModel, progress: DownloadProgress): void {
    const ratio = progress.totalBytes > 0 ? Math.min(1, progress.receivedBytes / progress.totalBytes) : 0;
    this.#region.update([], [this.#fit(`${bar(ratio)} ${downloadLine(model.name, progress)}`)]);
  }

  notice({ message }: { message: string }): void {
    this.#region.update([`Note: ${message}`], []);
  }

  close(): void {
    process.off("exit", this.#onExit);
    this.#region.close();
  }

  /** One line only, or it could not be overwritten. */
  #fit(line: string): string {
    const width = this.#screen.columns - 1;
    return stringWidth(line) <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`;
  }
}
