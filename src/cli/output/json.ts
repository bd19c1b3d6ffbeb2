/**
 * The contract with programs: one JSON object a line on standard output, described by contract.schema.json. Nothing
 * else is written there; notices go to standard error.
 */
import type { ErrorData } from "../../common/errors.ts";
import type { GenerationEvent, GenerationResult, Notice } from "../../common/protocol.ts";
import type { CatalogueModel } from "../../models/catalogue.ts";
import type { DownloadProgress } from "../../models/download.ts";
import { printable } from "../terminal/ansi.ts";
import type { AskOutput } from "./output.ts";

/** A download reports far more often than anyone wants to read. */
const downloadIntervalMs = 250;
/** So does a load: told at each step of this share. */
const loadStep = 0.1;

export class JsonOutput implements AskOutput {
  readonly #out: (text: string) => void;
  readonly #err: (text: string) => void;
  #downloadPhase = "";
  #downloadedAt = 0;
  #loadStep = "";

  constructor(out: (text: string) => void, err: (text: string) => void) {
    this.#out = out;
    this.#err = err;
  }

  downloadStarts(): void {}

  download(model: CatalogueModel, progress: DownloadProgress): void {
    const now = performance.now();
    if (progress.phase === this.#downloadPhase && now - this.#downloadedAt < downloadIntervalMs) return;
    this.#downloadPhase = progress.phase;
    this.#downloadedAt = now;
    const { phase, receivedBytes, totalBytes, bytesPerSecond, secondsLeft, source } = progress;
    const numbers = { receivedBytes, totalBytes, bytesPerSecond, secondsLeft, source };
    this.#progress({ phase: "download", model: model.id, state: phase, ...numbers });
  }

  verifying(): void {}

  loading(id: string, progress: number): void {
    const step = `${id} ${Math.floor(progress / loadStep)}`;
    if (step === this.#loadStep) return;
    this.#loadStep = step;
    this.#progress({ phase: "load", model: id, progress });
  }

  notice({ code, message }: Notice): void {
    this.#err(`${code}: ${printable(message)}\n`);
  }

  loaded(): void {}

  events(events: readonly GenerationEvent[]): void {
    for (const event of events) {
      switch (event.type) {
        case "queue":
          this.#progress({ phase: "queue", position: event.position });
          break;
        case "prefill": {
          const { processedTokens, totalTokens, cachedTokens } = event;
          this.#progress({ phase: "prefill", processedTokens, totalTokens, cachedTokens });
          break;
        }
        case "tokens":
          for (const { id, text, segment, origin, forced } of event.tokens)
            this.#line({ type: "token", id, text, segment, origin, ...(forced ? { forced } : {}) });
          break;
        case "notice":
          this.notice(event.notice);
          break;
        case "thoughts":
        case "thinkingEnd":
          // Told by the last line.
          break;
      }
    }
  }

  offer(): void {}

  done(result: GenerationResult): void {
    const { thinking, answer, stopReason, thinkingEnd, stats, model, threads, seed, otherThoughts } = result;
    const others = otherThoughts ? { otherThoughts } : {};
    this.#line({ type: "done", thinking, answer, stopReason, thinkingEnd, stats, model, threads, seed, ...others });
  }

  failed({ code, message, hint }: ErrorData): void {
    this.#line({ type: "error", code, message, hint });
  }

  #progress(fields: { phase: string } & Record<string, unknown>): void {
    this.#line({ type: "progress", ...fields });
  }

  #line(value: object): void {
    this.#out(`${JSON.stringify(value)}\n`);
  }
}
