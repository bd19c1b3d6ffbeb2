/**
 * What may be typed after a "#": a kind and a part of a name, "file:cart", or letters that either begins with or holds.
 * The page offers and the host searches by the same reading of it.
 */
import type { Reference } from "./panel.ts";

export interface ReferenceQuery {
  /** The kind that is wanted; null for any. */
  kind: "file" | "symbol" | null;
  text: string;
}

export function readReferenceQuery(query: string): ReferenceQuery {
  const match = /^(file|symbol):(.*)$/i.exec(query);
  if (!match) return { kind: null, text: query };
  return { kind: match[1]?.toLowerCase() === "file" ? "file" : "symbol", text: match[2] ?? "" };
}

/** All of a kind are meant, whatever their names: its name was typed, or its beginning, or nothing at all. */
export function meansKind(query: ReferenceQuery, kind: Reference["kind"] | "selection"): boolean {
  if (query.kind !== null) return query.kind === kind && query.text === "";
  return kind.startsWith(query.text.toLowerCase());
}
