/**
 * Plain text for pipes, files and simple terminals: no colours, no cursor codes. The answer goes to standard output as
 * it comes; thought, progress and figures go to standard error, so that `hunch ask … > answer.md` holds the answer.
 */
import type { ErrorData } from "../../common/errors.ts";
import type { GenerationEvent, GenerationResult, ModelInfo, Notice } from "../../common/protocol.ts";
import type { Segment } from "../../common/segments.ts";
import { type CatalogueModel, sizeText } from "../../models/catalogue.ts";
import type { DownloadProgress } from "../../models/download.ts";
import { printable, withoutControls } from "../terminal/ansi.ts";
import { downloadLine, endLine, errorText, footerLine, modelLine, percent, thinkingEndLine } from "../wording.ts";
import type { AskOutput } from "./output.ts";

/** Progress is told at each step of this share, so that a log is not flooded. */
const progressStep = 0.1;

export class PlainOutput implements AskOutput {
  readonly #out: (text: string) => void;
  readonly #err: (text: string) => void;
  #segment: Segment | null = null;
  /** The line under way on the stream of the segment has text. */
  #inLine = false;
  #toldStep = "";

  constructor(out: (text: string) => void, err: (text: string) => void) {
    this.#out = out;
    this.#err = err;
  }

  downloadStarts(model: CatalogueModel): void {
    this.#err(
      `Downloading ${model.name}, ${sizeText(model)}, licence ${model.licence} (once; later runs start at once).\n`,
    );
  }

  download(model: CatalogueModel, p: DownloadProgress): void {
    const step = p.totalBytes > 0 ? Math.floor(p.receivedBytes / p.totalBytes / progressStep) : 0;
    this.#tellOnce(`${model.id} ${p.phase} ${p.source} ${p.phase === "verifying" ? 0 : step}`, () =>
      downloadLine(model.name, p),
    );
  }

  verifying(model: CatalogueModel): void {
    this.#tellOnce(`${model.id} verifying`, () => `${model.name}: checking the SHA-256`);
  }

  loading(id: string, progress: number): void {
    this.#tellOnce(`load ${id} ${Math.floor(progress * 2)}`, () => `Loading ${id}, ${percent(progress)}`);
  }

  loaded(model: ModelInfo): void {
    this.#err(`${modelLine(model)}\n`);
    for (const notice of model.notices) this.notice(notice);
  }

  notice({ message }: Notice): void {
    this.#err(`Note: ${printable(message)}\n`);
  }

  events(events: readonly GenerationEvent[]): void {
    for (const event of events) {
      if (event.type === "notice") this.notice(event.notice);
      if (event.type !== "tokens") continue;
      for (const { segment, text } of event.tokens) if (text !== "") this.#write(segment, withoutControls(text));
    }
  }

  offer(): void {}

  done(result: GenerationResult): void {
    this.#endLine();
    for (const line of [thinkingEndLine(result), endLine(result)]) if (line) this.#err(`\n${line}\n`);
    this.#err(`\n${footerLine(result)}\n`);
  }

  failed(error: ErrorData): void {
    this.#endLine();
    this.#err(errorText(error));
  }

  #write(segment: Segment, text: string): void {
    const write = segment === "thinking" ? this.#err : this.#out;
    if (segment !== this.#segment) {
      this.#endLine();
      // The heading tells thought and answer apart where both streams meet; the answer alone needs none.
      this.#err(segment === "thinking" ? "\nThinking:\n\n" : "\nAnswer:\n\n");
      this.#segment = segment;
    }
    write(text);
    this.#inLine = !text.endsWith("\n");
  }

  #endLine(): void {
    if (this.#inLine) (this.#segment === "thinking" ? this.#err : this.#out)("\n");
    this.#inLine = false;
  }

  #tellOnce(step: string, line: () => string): void {
    if (step === this.#toldStep) return;
    this.#toldStep = step;
    this.#err(`${line()}\n`);
  }
}
