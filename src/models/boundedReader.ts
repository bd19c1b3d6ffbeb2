/**
 * Reads a file front to back with a limit on every length: a claimed length is compared with what the file still
 * holds before anything is allocated or skipped, so a hostile file costs neither memory nor time beyond its own size.
 */
import type { FileHandle } from "node:fs/promises";
import { t } from "../common/l10n.ts";

/** The file ends before what its own lengths announce. */
export class EndOfFile extends Error {
  override readonly name = "EndOfFile";
}

/** A length or a value that no honest file has. */
export class BadValue extends Error {
  override readonly name = "BadValue";
}

const chunkBytes = 1 << 20;

export class BoundedReader {
  readonly #handle: FileHandle;
  readonly #fileBytes: number;
  readonly #limit: number;
  readonly #buffer: Buffer;
  /** The buffer holds the file's bytes from #start to #end; the next byte to read is at #position. */
  #start = 0;
  #end = 0;
  #position = 0;

  /** `limit`: position (bytes) that reading must not pass, whatever the file says. */
  constructor(handle: FileHandle, fileBytes: number, limit: number) {
    this.#handle = handle;
    this.#fileBytes = fileBytes;
    this.#limit = limit;
    this.#buffer = Buffer.allocUnsafe(Math.min(chunkBytes, fileBytes));
  }

  get position(): number {
    return this.#position;
  }

  async u8(): Promise<number> {
    return this.#buffer.readUInt8(await this.#take(1));
  }

  async u32(): Promise<number> {
    return this.#buffer.readUInt32LE(await this.#take(4));
  }

  /** Unsigned 64 bits; above 2^53 - 1 a BadValue, since no length, count or offset is that large. */
  async u64(what: string): Promise<number> {
    const value = this.#buffer.readBigUInt64LE(await this.#take(8));
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new BadValue(t("{0} is {1}", what, String(value)));
    return Number(value);
  }

  /** The 64-bit length of `what` (bytes). */
  async #length(what: string, maxBytes: number): Promise<number> {
    const length = this.#buffer.readBigUInt64LE(await this.#take(8));
    if (length > BigInt(maxBytes)) throw new BadValue(t("{0} is {1} bytes long", what, String(length)));
    return Number(length);
  }

  /** Up to 1 MiB of raw bytes, valid until the next read. */
  async bytes(count: number): Promise<Buffer> {
    const at = await this.#take(count);
    return this.#buffer.subarray(at, at + count);
  }

  /** The next bytes, which stay to be read. */
  async peek(count: number): Promise<Buffer> {
    const bytes = await this.bytes(count);
    this.#position -= count;
    return bytes;
  }

  /** A string with a 64-bit length in front. */
  async string(what: string, maxBytes: number): Promise<string> {
    const length = await this.#length(what, maxBytes);
    return (await this.bytes(length)).toString("utf8");
  }

  /** Skips `count` strings without decoding them: vocabularies have hundreds of thousands. */
  async skipStrings(what: string, count: number, maxBytes: number): Promise<void> {
    for (let left = count; left > 0; left--) {
      const at = this.#position - this.#start;
      // The common case stays synchronous: the string lies in the buffer.
      if (this.#end - this.#position >= 8 && this.#buffer.readUInt32LE(at + 4) === 0) {
        const length = this.#buffer.readUInt32LE(at);
        if (length <= maxBytes && this.#end - this.#position >= 8 + length) {
          this.#position += 8 + length;
          continue;
        }
      }
      this.skip(await this.#length(what, maxBytes));
    }
  }

  skip(count: number): void {
    this.#check(count);
    this.#position += count;
  }

  #check(count: number): void {
    if (this.#position + count > this.#fileBytes)
      throw new EndOfFile(
        t("byte {0} is past the end of the file, {1} bytes", this.#position + count, this.#fileBytes),
      );
    if (this.#position + count > this.#limit) throw new BadValue(t("the header is larger than {0} bytes", this.#limit));
  }

  /** Makes the next `count` bytes available; returns where in the buffer they start. */
  async #take(count: number): Promise<number> {
    if (count > chunkBytes) throw new BadValue(t("a value of {0} bytes", count));
    this.#check(count);
    if (this.#position < this.#start || this.#position + count > this.#end) {
      const { bytesRead } = await this.#handle.read(this.#buffer, 0, this.#buffer.length, this.#position);
      this.#start = this.#position;
      this.#end = this.#position + bytesRead;
      if (bytesRead < count) throw new EndOfFile(t("the file ended at byte {0} while it was read", this.#end));
    }
    const at = this.#position - this.#start;
    this.#position += count;
    return at;
  }
}
