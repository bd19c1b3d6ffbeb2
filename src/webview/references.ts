/** What goes with a question, as it is named in the composer, and as it comes by the clipboard and by dropping. Pure. */
import { t } from "../common/l10n.ts";
import type { Reference } from "../common/panel.ts";
import { count } from "./format.ts";

/** Longer texts do not go along: hardly a context holds them, and the page keeps them while one types (characters). */
export const maxTextLength = 200_000;

/** Equal for references to the same thing. */
export function referenceKey(reference: Reference): string {
  switch (reference.kind) {
    case "file":
      return `file ${reference.uri}`;
    case "symbol":
      return `symbol ${reference.uri} ${reference.startLine} ${reference.name}`;
    case "text":
      return `text ${reference.label} ${reference.text}`;
    case "problems":
    case "changes":
      return reference.kind;
  }
}

/** Those that are there, and those of `added` that are not yet. */
export function withMore(references: readonly Reference[], added: readonly Reference[]): Reference[] {
  return [...new Map([...references, ...added].map((reference) => [referenceKey(reference), reference])).values()];
}

/** `short` for a chip, `full` for the list and the tooltip. */
export function referenceName(reference: Reference): { short: string; full: string } {
  switch (reference.kind) {
    case "file":
      return { short: fileName(reference.label), full: reference.label };
    case "symbol":
      return { short: reference.name, full: t("{0} in {1}", reference.name, reference.label) };
    case "text":
      return { short: reference.label, full: `${reference.label}, ${lineCount(reference.text)}` };
    case "problems":
      return { short: t("problems"), full: t("problems of the open file") };
    case "changes":
      return { short: t("changes"), full: t("changes not yet committed") };
  }
}

/** What VS Code puts on a drag or the clipboard; both know only texts by their type. */
export interface TextTransfer {
  getData(type: string): string;
}

/** VS Code's own list has all files; the standard one has only the first. */
const uriListTypes = ["application/vnd.code.uri-list", "text/uri-list"];
/** Types of a drag that may hold something to go along: known before its data are. */
const droppedTypes: ReadonlySet<string> = new Set([...uriListTypes, "Files"]);

export function canDrop(types: readonly string[]): boolean {
  return types.some((type) => droppedTypes.has(type));
}

/** The files that are named by their addresses, one a line; lines of comments begin with "#". */
export function filesIn(transfer: TextTransfer): Reference[] {
  const list = uriListTypes.map((type) => transfer.getData(type)).find((text) => text !== "") ?? "";
  return list
    .split(/\r?\n/)
    .filter((line) => /^[a-z][\w+.-]*:/i.test(line) && !/^https?:/i.test(line))
    .map((uri) => ({ kind: "file", uri, label: decoded(fileName(uri)) }));
}

/** Lines that were copied in an editor; null for anything else, which belongs into the question itself. */
export function pastedCode(transfer: TextTransfer): Reference | null {
  const text = transfer.getData("text/plain");
  const languageId = editorLanguage(transfer.getData("vscode-editor-data"));
  if (languageId === null || !text.trim().includes("\n") || text.length > maxTextLength) return null;
  return { kind: "text", label: t("pasted code"), languageId, text };
}

/** Files that were copied in a file manager. Other programs put pictures of what they copied beside its text. */
export function pastedFiles(transfer: TextTransfer & { readonly files: Iterable<File> }): File[] {
  if (transfer.getData("text/plain") !== "") return [];
  return [...transfer.files].filter(({ type }) => !/^(?:image|audio|video)\//.test(type));
}

/** A file's text without its place. */
export function textReference(label: string, text: string): Reference {
  return { kind: "text", label, languageId: "plaintext", text };
}

/** What VS Code's editors say about a copied text; null when it does not come from one. */
function editorLanguage(data: string): string | null {
  if (data === "") return null;
  try {
    const { mode } = JSON.parse(data) as { mode?: unknown };
    return typeof mode === "string" ? mode : "plaintext";
  } catch {
    return null; // of another program that uses the same name
  }
}

function lineCount(text: string): string {
  const lines = text.trimEnd().split("\n").length;
  return lines === 1 ? t("1 line") : t("{0} lines", count(lines));
}

function fileName(label: string): string {
  return label.split(/[\\/]/).at(-1) ?? label;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray "%"
  }
}
