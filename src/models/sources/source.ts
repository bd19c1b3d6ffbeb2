/** A place to get a model from, and what it needs for that. */
import type { PartialFile } from "../partialFile.ts";

export interface Transfer {
  /** Goes on from the bytes that are there and ends with all of them. */
  partial: PartialFile;
  /** What the whole file has to be; a source that learns more fills it in. */
  expected: { bytes: number | null; sha256: string | null };
  onPhase(phase: "connecting" | "downloading" | "joining"): void;
  /** Bytes of the file that are here, in all. */
  onReceived(bytes: number): void;
  /** @throws HunchError diskFull, when the disk cannot take `bytes` more. */
  ensureSpace(bytes: number): Promise<void>;
  signal: AbortSignal;
}

export interface Source {
  /** For people: "huggingface.co", "PyPI wheels". */
  readonly label: string;
  /** @throws SourceError when this source cannot do it; HunchError when no other source would help; any I/O error. */
  fetch(transfer: Transfer): Promise<void>;
}

/**
 * Why a source gave up. `unreachable`: nothing answered, as when offline; `failed`: it answered, but not with the
 * file; `wrongFile`: its file is another one than the catalogue pins.
 */
export class SourceError extends Error {
  override readonly name = "SourceError";
  readonly kind: "unreachable" | "failed" | "wrongFile";

  constructor(kind: SourceError["kind"], message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}
