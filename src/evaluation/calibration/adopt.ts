/**
 * Which template a calibration adopts: the one with the shortest thoughts among those that are not worse than the most
 * accurate. Few items can not prove that two are equal, so a template has to pass both: its loss must not be one that
 * equals would show in less than a quarter of all runs (exact sign test on the items where they differ), and its accuracy
 * must be within a point. The test alone let `none` and `concise` through on 30 and 18 items, which then lost 8 and 15
 * points on 120 and 80 other questions (bench/README.md).
 */
import type { TemplateName } from "../../prompts/templates/template.ts";
import type { RunRecord } from "../runner.ts";
import { lossProbability, mean } from "../statistics.ts";

/** A loss that is less likely than this between equals makes a template worse. */
const suspicion = 0.25;
/** What a template may be less accurate than the best, as a share of the items. */
const mostLost = 0.01;
/** Items that all templates must have answered before one is adopted. */
export const leastItems = 12;
/** Right answers that the most accurate one must have: of items that are too hard for a model nothing can be learnt. */
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
  const adopted = candidates.find(({ records: mine, right }) => {
    if (right < reference.right - mostLost * whole.length) return false;
    const losses = mine.filter((record, i) => !record.right && reference.records[i]!.right).length;
    const gains = mine.filter((record, i) => record.right && !reference.records[i]!.right).length;
    return lossProbability(losses, gains) >= suspicion;
  })!;
  return { template: adopted.template, ...outcome };
}
