/** Downloads of one model's file into a folder of its own, and what they report. */
import { existsSync, statSync } from "node:fs";
import type { CatalogueModel } from "../../../../src/models/catalogue.ts";
import { type DownloadProgress, download } from "../../../../src/models/download.ts";
import { defaultTimings, HttpSource } from "../../../../src/models/sources/http.ts";
import { ModelStore } from "../../../../src/models/store.ts";
import type { SeenRequest } from "./fileServer.ts";
import { temporaryFolder } from "./folder.ts";
import { modelOf, testContent } from "./model.ts";

export const content = testContent(400_000);
export const url = (origin: string) => `${origin}/nobody/test/resolve/main/test.gguf`;
export const quick = { ...defaultTimings, retryMs: 1 };

/** A store with one model, and what a download of it reports. */
export function setUp(changes: Partial<CatalogueModel> = {}) {
  const model = modelOf(content, changes);
  const store = new ModelStore({ folder: temporaryFolder(), models: [model] });
  const progress: DownloadProgress[] = [];
  const notices: string[] = [];
  const fetchFrom = (...origins: string[]) =>
    download(model, store, {
      sources: origins.map((origin) => new HttpSource(url(origin), quick)),
      onProgress: (one) => progress.push(one),
      onNotice: (message) => notices.push(message),
    });
  return { model, store, path: store.path(model), partial: store.partialPath(model), progress, notices, fetchFrom };
}

export function resumedFrom({ range }: SeenRequest): number {
  return Number(/^bytes=(\d+)-$/.exec(range ?? "bytes=0-")![1]);
}

export function statBytes(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}
