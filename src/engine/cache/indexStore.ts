/**
 * Where workspace indexes are kept between runs: a folder for each (vocabulary, workspace), with a file for each segment
 * and a manifest that names them, written last and at one stroke. What is damaged is left out and comes again when the
 * workspace is looked through.
 */
import { createHash, randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { IndexSegment } from "../speculation/workspaceIndex/segment.ts";
import { decodeSegment, encodeSegment } from "../speculation/workspaceIndex/segmentFile.ts";
import { WorkspaceIndex } from "../speculation/workspaceIndex/workspaceIndex.ts";

interface Manifest {
  format: 1;
  /** Oldest first; `removed`: numbers of the documents that no longer count. */
  segments: { file: string; removed: number[] }[];
}

const manifestName = "manifest.json";
/** Indexes kept on disk, each at most 64 MB; those not used for longest go first. */
const keptIndexes = 5;

export class IndexStore {
  readonly #folder: string;
  readonly #onError: (message: string) => void;
  /** Names of the files that segments have already. */
  #files = new WeakMap<IndexSegment, string>();
  #manifest = "";

  /**
   * @param parent folder of all indexes. @param onError told of what can not be read or written: it costs the index,
   * never an answer.
   */
  constructor(parent: string, vocabulary: string, workspace: string, onError: (message: string) => void) {
    this.#folder = join(parent, `${hash(workspace)}-${hash(vocabulary)}`);
    this.#onError = onError;
    this.#guard(() => {
      mkdirSync(this.#folder, { recursive: true });
      utimesSync(this.#folder, new Date(), new Date());
      dropOldest(parent);
    });
  }

  read(): WorkspaceIndex {
    const segments: IndexSegment[] = [];
    this.#guard(() => {
      const path = join(this.#folder, manifestName);
      if (!existsSync(path)) return;
      const text = readFileSync(path, "utf8");
      const manifest = JSON.parse(text) as Manifest;
      if (manifest.format !== 1) throw new Error(`format ${manifest.format} of the manifest is unknown`);
      this.#manifest = text;
      for (const { file, removed } of manifest.segments)
        this.#guard(() => {
          const segment = decodeSegment(readFileSync(join(this.#folder, file)), removed);
          this.#files.set(segment, file);
          segments.push(segment);
        });
    });
    return new WorkspaceIndex(segments);
  }

  /** Writes what is new, then the manifest, then drops files that it does not name. */
  write(index: WorkspaceIndex): void {
    this.#guard(() => {
      // With many workspaces open, another may have taken it for one that is not in use.
      if (mkdirSync(this.#folder, { recursive: true }) !== undefined) {
        this.#files = new WeakMap();
        this.#manifest = "";
      }
      const manifest: Manifest = {
        format: 1,
        segments: index.segments.map((segment) => ({
          file: this.#fileOf(segment),
          removed: segment.documents.flatMap(({ isRemoved }, i) => (isRemoved ? [i] : [])),
        })),
      };
      const text = JSON.stringify(manifest);
      if (text === this.#manifest) return;
      this.#replace(manifestName, text);
      this.#manifest = text;
      const named = new Set([manifestName, ...manifest.segments.map(({ file }) => file)]);
      for (const file of readdirSync(this.#folder)) if (!named.has(file)) rmSync(join(this.#folder, file));
    });
  }

  #fileOf(segment: IndexSegment): string {
    let file = this.#files.get(segment);
    if (!file) {
      file = `${randomUUID()}.segment`;
      this.#replace(file, encodeSegment(segment));
      this.#files.set(segment, file);
    }
    return file;
  }

  #replace(name: string, content: string | Uint8Array): void {
    const path = join(this.#folder, name);
    writeFileSync(`${path}.part`, content);
    renameSync(`${path}.part`, path);
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#onError(`workspace index in ${this.#folder}: ${error instanceof Error ? error.message : error}`);
    }
  }
}

/** Removes the indexes of a workspace, of every vocabulary. @throws what the disk says */
export function removeIndexes(parent: string, workspace: string): void {
  if (!existsSync(parent)) return;
  const own = readdirSync(parent).filter((name) => name.startsWith(`${hash(workspace)}-`));
  for (const name of own) rmSync(join(parent, name), { recursive: true });
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 24);
}

function dropOldest(parent: string): void {
  const names = readdirSync(parent);
  const tellsWorkspace = (name: string) => name.includes("-");
  // The others are of an earlier version.
  for (const name of names) if (!tellsWorkspace(name)) rmSync(join(parent, name), { recursive: true });
  const folders = names.filter(tellsWorkspace).map((name) => {
    const path = join(parent, name);
    return { path, usedMs: statSync(path).mtimeMs };
  });
  folders.sort((a, b) => b.usedMs - a.usedMs);
  for (const { path } of folders.slice(keptIndexes)) rmSync(path, { recursive: true });
}
