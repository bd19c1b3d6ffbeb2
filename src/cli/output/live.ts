/**
 * The output for a person at a terminal: the thought streams dimmed, the answer as rendered Markdown, and a status line
 * below them says what goes on until there is nothing more to say.
 */
import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";
import type { ErrorData } from "../../common/errors.ts";
import type { GenerationEvent, GenerationResult, ModelInfo, Notice } from "../../common/protocol.ts";
import type { Segment } from "../../common/segments.ts";
import { type CatalogueModel, sizeText } from "../../models/catalogue.ts";
import type { DownloadProgress } from "../../models/download.ts";
import { formatBytes } from "../../models/units.ts";
import { paint, printable } from "../terminal/ansi.ts";
import { LiveRegion, type Screen } from "../terminal/liveRegion.ts";
import { MarkdownStream } from "../terminal/markdownStream.ts";
import { lineWidth } from "../terminal/terminal.ts";
import { TextStream } from "../terminal/textStream.ts";
import {
  downloadLine,
  endLine,
  footerLine,
  liveLine,
  modelLine,
  percent,
  progressLine,
  thinkingEndLine,
} from "../wording.ts";
import type { AskOutput } from "./output.ts";

/** Redraws a second: fast enough to read along, slow enough for a remote terminal. */
const framesPerSecond = 20;
const spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const barCells = 24;

export class LiveOutput implements AskOutput {
  readonly #screen: Screen;
  readonly #region: LiveRegion;
  readonly #thinking: TextStream;
  readonly #answer: MarkdownStream;
  readonly #timer: NodeJS.Timeout;
  readonly #onExit = () => this.#region.close();
  /** Final lines and the text of the running segment since the last frame. */
  #lines: string[] = [];
  #text = "";
  #segment: Segment | null = null;
  #live: string[] = [];
  #status = "";
  /** What a key does at the moment, behind the status. */
  #hint = "";
  #frame = 0;

  constructor(screen: Screen) {
    this.#screen = screen;
    this.#region = new LiveRegion(screen);
    const width = () => lineWidth(screen);
    this.#thinking = new TextStream(width, (line) => paint(line, "dim"));
    this.#answer = new MarkdownStream(width);
    this.#timer = setInterval(() => this.#draw(), 1000 / framesPerSecond);
    // A crash of our own must not leave the cursor hidden.
    process.once("exit", this.#onExit);
  }

  downloadStarts(model: CatalogueModel): void {
    this.#say(
      `Downloading ${paint(model.name, "bold")}, ${sizeText(model)}, licence ${model.licence}.`,
      paint("Once only: it is kept for all later runs. Ctrl-C stops; the next run goes on from there.", "dim"),
    );
  }

  download(model: CatalogueModel, progress: DownloadProgress): void {
    const ratio = progress.totalBytes > 0 ? Math.min(1, progress.receivedBytes / progress.totalBytes) : 0;
    this.#status = `${bar(ratio)} ${downloadLine(model.name, progress)}`;
  }

  verifying(model: CatalogueModel, bytes: number): void {
    this.#status = `${model.name}: checking the SHA-256, ${formatBytes(bytes)} read`;
  }

  loading(id: string, progress: number): void {
    this.#status = `loading ${id}, ${percent(progress)}`;
  }

  loaded(model: ModelInfo): void {
    this.#say(paint(modelLine(model), "grey"));
    for (const notice of model.notices) this.notice(notice);
    this.#status = "reading the prompt";
  }

  notice({ message }: Notice): void {
    this.#flushText();
    this.#say(`${paint("note", "yellow")} ${printable(message)}`);
  }

  events(events: readonly GenerationEvent[]): void {
    for (const event of events) {
      this.#status = progressLine(event) ?? this.#status;
      if (event.type === "notice") this.notice(event.notice);
      if (event.type !== "tokens") continue;
      for (const { segment, text } of event.tokens) this.#append(segment, text);
      this.#status = liveLine(event.live, this.#segment ?? "answer");
    }
  }

  offer(hint: string): void {
    this.#hint = hint;
  }

  done(result: GenerationResult): void {
    this.#endSegment();
    const remarks = [thinkingEndLine(result), endLine(result)].filter((line) => line !== null);
    if (remarks.length > 0) this.#say("", ...remarks.map((line) => paint(line, "yellow")));
    this.#say("", paint(footerLine(result), "grey"));
    this.#close();
  }

  failed({ message, hint }: ErrorData): void {
    this.#endSegment();
    if (this.#segment) this.#say("");
    this.#say(`${paint("Error:", "red", "bold")} ${printable(message)}`);
    if (hint) this.#say(printable(hint));
    this.#close();
  }

  /** Lines of our own, wrapped. */
  #say(...lines: string[]): void {
    for (const line of lines) this.#lines.push(...wrapAnsi(line, lineWidth(this.#screen)).split("\n"));
  }

  #append(segment: Segment, text: string): void {
    if (text === "") return;
    if (segment !== this.#segment) {
      this.#endSegment();
      this.#segment = segment;
      this.#say("", paint(segment === "thinking" ? "Thinking" : "Answer", "bold"), "");
    }
    this.#text += text;
  }

  /** Gives the text since the last frame to its stream. */
  #flushText(): void {
    if (this.#segment === null || this.#text === "") return;
    const stream = this.#segment === "thinking" ? this.#thinking : this.#answer;
    // The status line and one empty line above it stay in sight.
    const { lines, live } = stream.push(this.#text, this.#region.maxLines - 2);
    this.#text = "";
    this.#lines.push(...lines);
    this.#live = live;
  }

  #endSegment(): void {
    if (this.#segment === null) return;
    this.#flushText();
    this.#lines.push(...(this.#segment === "thinking" ? this.#thinking : this.#answer).end());
    this.#live = [];
  }

  #draw(): void {
    this.#flushText();
    this.#frame++;
    const mark = spinner[Math.floor(this.#frame / 2) % spinner.length] ?? "";
    const status = this.#status === "" ? [] : [paint(`${mark} ${this.#fit(this.#status)}`, "cyan")];
    this.#region.update(this.#lines.splice(0), [...this.#live, ...(this.#live.length > 0 ? [""] : []), ...status]);
  }

  #close(): void {
    clearInterval(this.#timer);
    process.off("exit", this.#onExit);
    this.#region.update(this.#lines.splice(0), []);
    this.#region.close();
  }

  /** A status line has one line, or it could not be overwritten. The hint is what it keeps while there is room. */
  #fit(line: string): string {
    const hint = this.#hint === "" ? "" : ` · ${this.#hint}`;
    const whole = this.#screen.columns - 4;
    const end = stringWidth(hint) <= whole / 2 ? hint : "";
    const width = whole - stringWidth(end);
    return `${stringWidth(line) <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`}${end}`;
  }
}

/** "██████░░…  25 %" */
export function bar(ratio: number): string {
  const filled = Math.round(ratio * barCells);
  return `${"█".repeat(filled)}${"░".repeat(barCells - filled)} ${percent(ratio).padStart(5)}`;
}
