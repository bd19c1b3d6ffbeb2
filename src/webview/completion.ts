/** What is offered while a question is typed: after "#" what may go with it, after a leading "/" what it may be. Pure. */
import { t } from "../common/l10n.ts";
import type { Reference } from "../common/panel.ts";
import { meansKind, readReferenceQuery } from "../common/references.ts";
import { type SlashCommand, slashCommands } from "../common/slashCommands.ts";
import { referenceKey, referenceName } from "./references.ts";

/** A word under way that something is offered for. */
export interface Completion {
  sign: "#" | "/";
  /** Place of the sign in the text. */
  start: number;
  /** What follows the sign. */
  query: string;
}

export type Offer = Reference | { kind: "selection" } | { kind: "command"; name: SlashCommand };

export interface OfferSources {
  /** What the host found last. */
  found: readonly Reference[];
  /** What goes with the question already. */
  taken: readonly Reference[];
  /** Something is selected in the editor. */
  selection: boolean;
}

/** Offered at once; more are found by typing on. */
const maxOffered = 12;
/** Known without asking the host. */
const fixed: readonly Reference[] = [{ kind: "problems" }, { kind: "changes" }];

/** What ends at the caret; null when nothing does. A "#" inside a word, as in "C#", offers nothing. */
export function completionAt(text: string, caret: number): Completion | null {
  const before = text.slice(0, caret);
  const mention = /(?:^|\s)#([^\s#]{0,100})$/.exec(before)?.[1];
  if (mention !== undefined) return { sign: "#", start: caret - mention.length - 1, query: mention };
  const command = /^\/([a-z]{0,20})$/.exec(before)?.[1];
  return command === undefined ? null : { sign: "/", start: 0, query: command };
}

export function offered({ sign, query }: Completion, { found, taken, selection }: OfferSources): Offer[] {
  if (sign === "/")
    return slashCommands.filter((name) => name.startsWith(query)).map((name) => ({ kind: "command", name }));
  const wanted = readReferenceQuery(query);
  const text = wanted.text.toLowerCase();
  const takenKeys = new Set(taken.map(referenceKey));
  const references = [...fixed, ...found].filter(
    (reference) =>
      !takenKeys.has(referenceKey(reference)) &&
      (meansKind(wanted, reference.kind) ||
        ("label" in reference &&
          (wanted.kind ?? reference.kind) === reference.kind &&
          referenceName(reference).full.toLowerCase().includes(text))),
  );
  const offers: Offer[] = selection && meansKind(wanted, "selection") ? [{ kind: "selection" }] : [];
  return [...offers, ...references].slice(0, maxOffered);
}

/** The text once an offer is taken, and where the caret is then: a command is written out, all else becomes a chip. */
export function taken(text: string, { start, query }: Completion, offer: Offer): { text: string; caret: number } {
  const word = offer.kind === "command" ? `/${offer.name} ` : "";
  const rest = text.slice(start + 1 + query.length);
  return { text: text.slice(0, start) + word + (word === "" ? rest : rest.trimStart()), caret: start + word.length };
}

export function offerKey(offer: Offer): string {
  switch (offer.kind) {
    case "selection":
      return offer.kind;
    case "command":
      return `/${offer.name}`;
    default:
      return referenceKey(offer);
  }
}

export function offerName(offer: Offer): { short: string; full: string } {
  switch (offer.kind) {
    case "selection":
      return { short: t("selection"), full: t("what is selected in the editor") };
    case "command":
      return { short: `/${offer.name}`, full: commandMeaning(offer.name) };
    default:
      return referenceName(offer);
  }
}

function commandMeaning(command: SlashCommand): string {
  switch (command) {
    case "explain":
      return t("explain what the code does");
    case "fix":
      return t("correct its problems");
    case "tests":
      return t("write tests for it");
    case "docs":
      return t("write its doc comment");
    case "bugs":
      return t("look for bugs in it");
  }
}
