/** The models as the view lists them: those that are here, those of other programs, those to download. Pure. */
import { isDeepStrictEqual } from "node:util";
import { t } from "../../common/l10n.ts";
import type { DownloadState } from "../../common/panel.ts";
import type { CatalogueModel } from "../../models/catalogue.ts";
import type { DiscoveredModel } from "../../models/discover.ts";
import { type FitVerdict, fitVerdict, usualMemory } from "../../models/fit.ts";
import { precisionAdvice } from "../../models/precision.ts";
import type { Machine, Recommendation } from "../../models/recommend.ts";
import { formatBytes } from "../../models/units.ts";
import { downloadText, ownerOf } from "./text.ts";

/** What can be done with a row; the view's menus go by these words. */
export type RowAction = "use" | "setDraft" | "unsetDraft" | "download" | "cancel" | "verify" | "delete";

export interface ModelRow {
  /** As a setting takes it: catalogue id, or path of another program's file. */
  id: string;
  name: string;
  sizeBytes: number;
  /** SPDX identifier; empty when not known. */
  licence: string;
  /** Whose file it is, for people; empty for Hunch's own and the user's. */
  foundIn: string;
  path: string;
  summary: string;
  /** Number format of the weights; null when not known. */
  format: string | null;
  memoryBytes: number;
  fit: FitVerdict;
  role: "answers" | "drafts" | null;
  recommended: boolean;
  download: (DownloadState & { state: "running" }) | null;
  /** Bytes that an interrupted download left. */
  partialBytes: number;
  actions: RowAction[];
}

export interface CatalogueFacts {
  model: CatalogueModel;
  path: string;
  installed: boolean;
  partialBytes: number;
}

export interface LibraryFacts {
  catalogue: readonly CatalogueFacts[];
  discovered: readonly DiscoveredModel[];
  machine: Machine;
  recommendation: Recommendation;
  /** The settings `model` ("" where a server answers) and `draftModel`. */
  answers: string;
  drafts: string;
  download: DownloadState;
}

export interface Library {
  here: ModelRow[];
  others: ModelRow[];
  missing: ModelRow[];
}

export function library(facts: LibraryFacts): Library {
  const known = facts.catalogue.map((entry) => ({ installed: entry.installed, row: catalogueRow(entry, facts) }));
  const rows = (installed: boolean) => known.filter((entry) => entry.installed === installed).map(({ row }) => row);
  return {
    here: rows(true),
    others: facts.discovered.map((model) => discoveredRow(model, facts)),
    missing: rows(false).sort((a, b) => Number(b.recommended) - Number(a.recommended)),
  };
}

/** The rows that look different now, where both have the same rows in the same order; null where they do not. */
export function changedRows(before: Library, now: Library): ModelRow[] | null {
  const groups = (["here", "others", "missing"] as const).map((group) => [before[group], now[group]] as const);
  const ids = (rows: readonly ModelRow[]) => rows.map(({ id }) => id);
  if (groups.some(([old, rows]) => !isDeepStrictEqual(ids(old), ids(rows)))) return null;
  return groups.flatMap(([old, rows]) => rows.filter((row, i) => !isDeepStrictEqual(row, old[i])));
}

function catalogueRow({ model, path, installed, partialBytes }: CatalogueFacts, facts: LibraryFacts): ModelRow {
  const { download } = facts;
  const running = download.state === "running" && download.modelId === model.id ? download : null;
  const role = roleOf(model.id, facts);
  const inUse: RowAction[] = [...useActions(role), "verify", "delete"];
  const toGet: RowAction[] = partialBytes > 0 ? ["download", "delete"] : ["download"];
  return {
    id: model.id,
    name: model.name,
    sizeBytes: model.bytes ?? model.approximateBytes,
    licence: model.licence,
    foundIn: "",
    path,
    summary: t(model.summary),
    format: model.quantization,
    memoryBytes: model.memoryBytes,
    fit: fitVerdict({ totalBytes: model.memoryBytes }, facts.machine.memory),
    role,
    recommended: facts.recommendation.model.id === model.id,
    download: running,
    partialBytes,
    actions: running ? ["cancel"] : installed ? inUse : toGet,
  };
}

function discoveredRow(model: DiscoveredModel, facts: LibraryFacts): ModelRow {
  const role = roleOf(model.path, facts);
  const { totalBytes } = usualMemory({ ...model, weightsBytes: model.sizeBytes });
  return {
    id: model.path,
    name: model.name,
    sizeBytes: model.sizeBytes,
    licence: model.licence ?? "",
    foundIn: ownerOf(model),
    path: model.path,
    summary: "",
    format: model.quantization,
    memoryBytes: totalBytes,
    fit: fitVerdict({ totalBytes }, facts.machine.memory),
    role,
    recommended: false,
    download: null,
    partialBytes: 0,
    // It is the other program's file, or the user's own, who delete it themselves.
    actions: useActions(role),
  };
}

function roleOf(id: string, { answers, drafts }: LibraryFacts): ModelRow["role"] {
  if (id === answers) return "answers";
  return id === drafts ? "drafts" : null;
}

function useActions(role: ModelRow["role"]): RowAction[] {
  switch (role) {
    case "answers":
      return [];
    case "drafts":
      return ["use", "unsetDraft"];
    case null:
      return ["use", "setDraft"];
  }
}

/** "answers · 1.12 GB · Apache-2.0", or how far the download is; what a narrow side bar has no room for comes last. */
export function rowDescription(row: ModelRow): string {
  if (row.download) return downloadText(row.download);
  const started = row.partialBytes > 0 ? t("{0} are here", formatBytes(row.partialBytes)) : "";
  return [
    roleText(row.role),
    formatBytes(row.sizeBytes),
    // Where it says something.
    precisionAdvice(row.format) === null ? "" : row.format,
    started,
    row.fit === "fits" ? "" : fitText(row.fit),
    row.foundIn || row.licence,
    row.recommended ? t("recommended") : "",
  ]
    .filter((part) => part)
    .join(" · ");
}

/** All about a row, a line each. */
export function rowDetails(row: ModelRow): string[] {
  return [
    row.name,
    row.summary,
    t(
      "{0} on the disk, {1} in memory: {2}.",
      formatBytes(row.sizeBytes),
      formatBytes(row.memoryBytes),
      fitText(row.fit),
    ),
    precisionAdvice(row.format) ?? "",
    row.licence === "" ? "" : t("Licence: {0}", row.licence),
    row.foundIn === "" ? "" : t("A file of {0}, used where it is.", row.foundIn),
    row.path,
  ].filter((line) => line !== "");
}

function roleText(role: ModelRow["role"]): string {
  switch (role) {
    case "answers":
      return t("answers");
    case "drafts":
      return t("drafts");
    case null:
      return "";
  }
}

export function fitText(fit: FitVerdict): string {
  switch (fit) {
    case "fits":
      return t("fits this machine");
    case "tight":
      return t("fits when other programs make room");
    case "tooBig":
      return t("too big for this machine");
  }
}

/** "9.8 GB of 16.8 GB memory are free; 8 processor cores; a graphics card. The 1.4 GB of the model in use count as free." */
export function machineText({ memory, cores, hasGpu, inUseBytes }: Machine): string {
  const inUse = inUseBytes > 0 ? ` ${t("The {0} of the model in use count as free.", formatBytes(inUseBytes))}` : "";
  const free = formatBytes(memory.availableBytes);
  const total = formatBytes(memory.totalBytes);
  const all = hasGpu
    ? t("{0} of {1} memory are free; {2} processor cores; a graphics card that helps.", free, total, cores)
    : t("{0} of {1} memory are free; {2} processor cores.", free, total, cores);
  return all + inUse;
}

/** Why this one, a sentence. */
export function recommendationText({ model, reason }: Recommendation): string {
  switch (reason) {
    case "speed":
      return t(
        "{0} suits it: it needs {1} of memory and is quick enough here.",
        model.name,
        formatBytes(model.memoryBytes),
      );
    case "smallest":
      return t(
        "{0} comes closest: it needs {1} of memory, less than the others; close other programs first.",
        model.name,
        formatBytes(model.memoryBytes),
      );
  }
}
