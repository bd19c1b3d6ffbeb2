/**
 * Published chat templates that need more Python than the Jinja implementation has, made renderable. Each repair names
 * what it stands in for, and leaves every other template as it is.
 */

/** Seed-OSS looks its reflection interval up in a dictionary with numbers as keys. */
const seedIntervals = /\{%- set budget_reflections_v05[\s\S]*?(?=\{#[- ]*Preprocess the system message)/;
const seedGears: readonly (readonly [number, number])[] = [
  [0, 0],
  [512, 128],
  [1024, 256],
  [2048, 512],
  [4096, 512],
  [8192, 1024],
];
const seedLastInterval = 1024;

/** Hunyuan 3 builds its tokens with Python's `str.format`. */
const formatCall = /'([^'{}]*)\{\}([^'{}]*)'\.format\((\w+)\)/g;

export function repairTemplate(template: string, variables: Record<string, unknown>): string {
  const joined = template.replace(formatCall, "'$1' + $3 + '$2'");
  const budget = variables.thinking_budget;
  if (typeof budget !== "number") return joined;
  const interval = seedGears.find(([upTo]) => budget <= upTo)?.[1] ?? seedLastInterval;
  return joined.replace(seedIntervals, `{%- set ns = namespace(interval = ${interval}) -%}\n`);
}
