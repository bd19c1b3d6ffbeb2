/**
 * The models on this user's disk: where a catalogue model belongs, whether it is there and whole, and which file an
 * id or a path means. Layout: `FOLDER/ID/FILE`, beside it `verified.json`, and while it is fetched `FILE.part`.
 */

import { rm, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { HunchError } from "../common/errors.ts";
import { t } from "../common/l10n.ts";
import { isPath } from "../common/modelName.ts";
import { modelPart } from "../common/modelParts.ts";
import type { ModelRef } from "../common/protocol.ts";
import { type CatalogueModel, catalogue, findModel, sizeText } from "./catalogue.ts";
import { lastVerification, recordMismatch, recordPath, recordVerification, sha256File } from "./checksum.ts";
import { expandHome, modelsFolder, thisUser } from "./folder.ts";
import { readGguf } from "./gguf.ts";
import { withLock } from "./lock.ts";
import { PartialFile } from "./partialFile.ts";
import { laterPart, modelBytes } from "./parts.ts";
import { formatBytes } from "./units.ts";

export interface InstalledModel {
  model: CatalogueModel;
  path: string;
  sizeBytes: number;
}

export interface VerifyOptions {
  /** Bytes hashed so far; called only when the file has to be hashed. */
  onProgress?(bytes: number): void;
  signal?: AbortSignal;
}

export class ModelStore {
  /** Absolute. */
  readonly folder: string;
  readonly models: readonly CatalogueModel[];

  /** `folder`: the user's setting, empty for the default; see modelsFolder for the environment's part. */
  constructor(options: { folder?: string; models?: readonly CatalogueModel[] } = {}) {
    this.folder = modelsFolder(options.folder, thisUser());
    this.models = options.models ?? catalogue;
  }

  find(id: string): CatalogueModel {
    return findModel(id, this.models);
  }

  path(model: CatalogueModel): string {
    return join(this.folder, model.id, model.file);
  }

  /** Where the file grows while it is fetched. */
  partialPath(model: CatalogueModel): string {
    return `${this.path(model)}.part`;
  }

  /** Where a wrong file is kept for a look at what came instead; the next one replaces it, a good download deletes it. */
  rejectedPath(model: CatalogueModel): string {
    return `${this.path(model)}.rejected`;
  }

  /** Bytes of an interrupted download; 0 without one. */
  async partialBytes(model: CatalogueModel): Promise<number> {
    return (await fileSize(this.partialPath(model))) ?? 0;
  }

  /** Whether the file is there with its full size; its SHA-256 is checked by `verify` and `resolve`. */
  async isInstalled(model: CatalogueModel): Promise<boolean> {
    const size = await fileSize(this.path(model));
    return size !== null && (model.bytes === null || size === model.bytes);
  }

  async installed(): Promise<InstalledModel[]> {
    const found = await Promise.all(
      this.models.map(async (model): Promise<InstalledModel[]> => {
        const path = this.path(model);
        const sizeBytes = await fileSize(path);
        return sizeBytes !== null && (await this.isInstalled(model)) ? [{ model, path, sizeBytes }] : [];
      }),
    );
    return found.flat();
  }

  /** Ids of the installed models that were not the publisher's file when they were checked last. */
  async damaged(): Promise<Set<string>> {
    const last = await Promise.all(
      (await this.installed()).map(async ({ model, path }) => ({ id: model.id, check: await lastVerification(path) })),
    );
    return new Set(last.filter(({ check }) => check?.failed).map(({ id }) => id));
  }

  /**
   * The file that a catalogue id or a path means, checked: a catalogue model by its SHA-256 (once, then again only
   * when the file changed), any other file by its GGUF header, all its parts being there.
   *
   * @throws HunchError unknownModel, modelNotFound, checksumMismatch, notGguf, modelTruncated, modelCorrupted,
   * modelUnsupported.
   */
  async resolve(idOrPath: string, options: VerifyOptions = {}): Promise<ModelRef> {
    if (idOrPath.trim() === "")
      throw new HunchError("unknownModel", t("No model is named."), { hint: t("See hunch models list.") });
    if (isPath(idOrPath)) {
      const path = resolve(expandHome(idOrPath, thisUser().home));
      await checkFile(path);
      return { id: basename(path), path };
    }
    const model = this.find(idOrPath);
    const path = this.path(model);
    if ((await fileSize(path)) === null) throw await this.#missing(model);
    return { id: model.id, path, sha256: await this.verify(model, options) };
  }

  /**
   * SHA-256 of an installed model, compared with the pinned one, or else with what it was when it was downloaded.
   * Hashes the file only when it changed since, or when `again` asks for it.
   *
   * @throws HunchError modelNotFound, modelTruncated, checksumMismatch.
   */
  async verify(model: CatalogueModel, options: VerifyOptions & { again?: boolean } = {}): Promise<string> {
    const path = this.path(model);
    const size = await fileSize(path);
    if (size === null) throw await this.#missing(model);
    const last = await lastVerification(path);
    const expected = model.sha256 ?? last?.sha256 ?? null;
    if (!options.again && last?.current && last.sha256 === expected) return last.sha256;
    if (model.bytes !== null && size < model.bytes)
      throw new HunchError(
        "modelTruncated",
        t("{0} is cut short: {1} of {2} are there.", path, formatBytes(size), formatBytes(model.bytes)),
        { hint: t("Get it again: hunch models download {0}", model.id) },
      );
    const sha256 = await sha256File(path, options);
    if (expected !== null && sha256 !== expected) {
      await recordMismatch(path, expected).catch(whenRefused);
      throw new HunchError(
        "checksumMismatch",
        t("{0} is not the file the publisher released: its SHA-256 is {1}, not {2}.", path, sha256, expected),
        { hint: t("Get it again: hunch models download {0}. A file of your own works by its path.", model.id) },
      );
    }
    if (expected === null) await readGguf(path);
    // It only saves the next time: a model that others may read, on a disk that is full or theirs, is as good.
    await recordVerification(path, sha256).catch(whenRefused);
    return sha256;
  }

  /**
   * Deletes a model's file, and what interrupted downloads left of it. What else lies beside it is the user's own.
   *
   * @throws HunchError locked while it is being fetched.
   */
  async remove(model: CatalogueModel): Promise<void> {
    const path = this.path(model);
    const folder = dirname(path);
    if (!(await isFolder(folder))) return;
    const onWait = async () => {
      throw new HunchError("locked", t("{0} is being downloaded.", model.name), {
        hint: t("Cancel the download first; it may run in another window."),
      });
    };
    await withLock(folder, { onWait, signal: new AbortController().signal }, async () => {
      const partial = new PartialFile(this.partialPath(model));
      await partial.discard();
      await rm(partial.scratchPath, { recursive: true, force: true });
      for (const file of [path, this.rejectedPath(model), recordPath(path)]) await rm(file, { force: true });
    });
    // Not with files of the user's own, when somebody has begun to fetch it anew, or where it is a link to elsewhere.
    await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (!["ENOTEMPTY", "ENOENT", "ENOTDIR"].includes(error.code ?? "")) throw error;
    });
  }

  async #missing(model: CatalogueModel): Promise<HunchError> {
    const partial = await this.partialBytes(model);
    const started = partial > 0 ? t("; {0} of it are here from an interrupted download", formatBytes(partial)) : "";
    return new HunchError("modelNotFound", t("The model {0} is not on this machine{1}.", model.name, started), {
      hint: t("Download it ({0}): hunch models download {1}", sizeText(model), model.id),
    });
  }
}

/** @throws HunchError; see `resolve` */
async function checkFile(path: string): Promise<void> {
  const { split } = await readGguf(path);
  const part = split ? { ...split, index: split.index + 1 } : modelPart(path);
  if (part && part.index > 1) throw laterPart(path, part);
  await modelBytes(path);
}

async function fileSize(path: string): Promise<number | null> {
  try {
    const stats = await stat(path);
    return stats.isFile() ? stats.size : null;
  } catch (error) {
    return whenMissing(error, null);
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    return whenMissing(error, false);
  }
}

function whenMissing<T>(error: unknown, value: T): T {
  if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return value;
  throw error;
}

/** No right to write there, or no room. */
function whenRefused(error: unknown): void {
  const refusals = ["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT"];
  if (!refusals.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
}
