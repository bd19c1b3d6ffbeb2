/** How `models download` and `models verify` show their progress: a line that is redrawn in a terminal. */
import stringWidth from "string-width";
import { type CatalogueModel, expectedBytes, sizeText } from "../models/catalogue.ts";
import type { DownloadProgress } from "../models/download.ts";
import { bar } from "./output/live.ts";
import type { Preparation } from "./output/output.ts";
import { printable } from "./terminal/ansi.ts";
import { LiveRegion, type Screen } from "./terminal/liveRegion.ts";
import { downloadLine } from "./wording.ts";

/** A file is hashed in more steps than anyone can see. */
const frameMs = 50;

type DownloadDisplay = Pick<Preparation, "downloadStarts" | "download" | "verifying" | "notice">;

/** `close` removes the progress line; whatever is printed afterwards stands in its place. */
export class LiveDownload implements DownloadDisplay {
  readonly #screen: Screen;
  readonly #region: LiveRegion;
  #drawnAt = Number.NEGATIVE_INFINITY;
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
    this.#draw(progress.receivedBytes, progress.totalBytes, downloadLine(model.name, progress));
  }

  verifying(model: CatalogueModel, bytes: number): void {
    const now = performance.now();
    if (now - this.#drawnAt < frameMs) return;
    this.#drawnAt = now;
    this.#draw(bytes, expectedBytes(model), `${model.name}: checking the SHA-256`);
  }

  notice({ message }: { message: string }): void {
    this.#region.update([`Note: ${printable(message)}`], []);
  }

  close(): void {
    process.off("exit", this.#onExit);
    this.#region.close();
  }

  #draw(bytes: number, totalBytes: number, text: string): void {
    const ratio = totalBytes > 0 ? Math.min(1, bytes / totalBytes) : 0;
    this.#region.update([], [this.#fit(`${bar(ratio)} ${text}`)]);
  }

  /** One line only, or it could not be overwritten. */
  #fit(line: string): string {
    const width = this.#screen.columns - 1;
    return stringWidth(line) <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`;
  }
}
