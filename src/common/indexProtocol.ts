/** The workspace index in the protocol: what the decoder may draft from beside the text itself (src/engine/indexing.ts). */
import { RequestType } from "vscode-jsonrpc";
import type { ErrorData } from "./errors.ts";

export interface OpenIndexParams {
  /** Names the workspace: the same text finds the same index again. Null closes the one that is open. */
  workspace: string | null;
  /** A workspace that wants no index any more: what is kept of it is removed, of all models, unless another client uses it. */
  removed?: string;
}
export interface OpenIndexResult {
  /** False: it was closed, or this model is not in the engine's process and drafts elsewhere. */
  isOpen: boolean;
  /** Versions of the documents that the index holds, by path. */
  versions: Record<string, string>;
  tokens: number;
}
/** One document of the workspace; `version` is any text that changes when the document does. */
export interface IndexDocument {
  path: string;
  version: string;
  text: string;
}
export interface IndexDocumentsParams {
  /** Take the place of documents of the same path. */
  documents: IndexDocument[];
  /** Paths. */
  removed: string[];
}
export interface IndexDocumentsResult {
  /** Tokens in the index now. */
  tokens: number;
  /** Paths of the documents that did not fit. */
  refused: string[];
}

/** Opens the index of a workspace for the loaded model's vocabulary, in place of the one that was open. */
export const openIndexRequest = new RequestType<OpenIndexParams, OpenIndexResult, ErrorData>("openIndex");
/** Puts documents into the open index; takes its turn between generations. */
export const indexDocumentsRequest = new RequestType<IndexDocumentsParams, IndexDocumentsResult, ErrorData>(
  "indexDocuments",
);
