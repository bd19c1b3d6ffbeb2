/**
 * Which template a calibration adopts: the one with the shortest thoughts among those that are not worse than the most
 * accurate. Few items can not prove that two are equal; so "worse" is decided with suspicion: a loss that equal templates
 * would show in less than a quarter of all runs counts, by an exact sign test on the items where they differ. Thought is
 * given up altogether only where that costs nothing at all: an effort can make a short thought longer, and a user can end
 * it, but nobody sees that one was missing.
 */
import { templates as all } from "../../prompts/templates/index.ts";
import type { TemplateName } from "../../prompts/templates/template.ts";
import type { RunRecord } from "../runner.ts";
import { lossProbability, mean } from "../statistics.ts";

/** A loss that is less likely than this between equals makes a template worse. */
const suspicion = 0.25;
/** Items that all templates must have answered before one is adopted. */
export const leastItems = 12;
/**
 * Right answers that the most accurate one must have. Below that all are as good as equal, and the cheapest would win by
 * default: a 1.5B model had 5 of 30 right at best, "none" 4; on 120 other questions of the kind it was 39 against 29.
 */
export const leastRight = 6;

export interface Adoption {
  /** null: the items are too hard for this model, so that nothing can be learnt from them. */
  template: TemplateName | null;
  /** The most accurate one, which it was compared with. */
  reference: TemplateName;
  /** Right answers of the reference. */
  right: number;
  items: number;
}

/** @param records of one kind, each by an arm that has its template's name; null when too few items are whole */
export function adopt(records: readonly RunRecord[], templates: readonly TemplateName[]): Adoption | null {
  const whole = [...new Set(records.map(({ item }) => item))]
    .map((item) => records.filter((record) => record.item === item))
    .filter((some) => some.length === templates.length);
  if (whole.length < leastItems) return null;
  const of = (template: TemplateName) => whole.map((some) => some.find(({ arm }) => arm === template)!);
  const candidates = templates
    .map((template) => ({
      template,
      records: of(template),
      right: of(template).filter(({ right }) => right).length,
      tokens: mean(of(template).map(({ thinkingTokens }) => thinkingTokens)),
    }))
    .sort((a, b) => a.tokens - b.tokens);
  // Of equally accurate ones the first, which is the cheapest.
  const reference = candidates.reduce((best, candidate) => (candidate.right > best.right ? candidate : best));
  const outcome = { reference: reference.template, right: reference.right, items: whole.length };
  if (reference.right < leastRight) return { template: null, ...outcome };
  const adopted = candidates.find(({ template, records: mine, right }) => {
    if (!all[template].thinks && right < reference.right) return false;
    const losses = mine.filter((record, i) => !record.right && reference.records[i]!.right).length;
    const gains = mine.filter((record, i) => record.right && !reference.records[i]!.right).length;
    return lossProbability(losses, gains) >= suspicion;
  })!;
  return { template: adopted.template, ...outcome };
}
