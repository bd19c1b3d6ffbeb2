/**
 * Finds the best templates for a model, on the user's machine: runs the bundled tasks with each, decides, and keeps both
 * records and decision per model, so that a run that was stopped goes on and "auto" effort knows what was found.
 */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { GenerateParams, GenerationResult, ModelInfo } from "../../common/protocol.ts";
import { writeWhole } from "../../common/writeWhole.ts";
import type { LearntTemplates } from "../../prompts/effort.ts";
import { templateNames } from "../../prompts/templates/index.ts";
import type { TemplateName } from "../../prompts/templates/template.ts";
import { type Arm, armName } from "../arms.ts";
import { chart } from "../chart.ts";
import { timeNotes } from "../notes.ts";
import { appendRecord, keeping, readRecords } from "../records.ts";
import { type ArmFigures, figures, table } from "../report.ts";
import { type RunProgress, run } from "../runner.ts";
import { weightsOf } from "../weights.ts";
import { type Adoption, adopt, leastItems } from "./adopt.ts";
import { type CalibrationKind, calibrationItems, calibrationKinds } from "./tasks.ts";

/** What is tried for each kind, the reference of the figures first. */
const candidates: Readonly<Record<CalibrationKind, readonly TemplateName[]>> = {
  value: ["plain", "concise", "draft", "trace", "budgeted", "none"],
  reasoning: ["plain", "concise", "draft", "sketch", "budgeted", "none"],
};
/** With what ends a thought where "auto" effort thinks. */
const arm = (template: TemplateName): Arm => ({ by: "template", template, controls: "guarded", effort: "medium" });
const titles: Readonly<Record<CalibrationKind, string>> = {
  value: "What code returns",
  reasoning: "Questions that take reasoning",
};
const reach =
  "Effort “auto” uses what is adopted for questions (Ask, the chat, `hunch ask`). Explaining, fixing, finding bugs, tests and documentation keep the templates of their own: these tasks say nothing about them.";
/** Output tokens at most; longer thoughts are ended by their budget. */
const maxTokens = 768;

export interface CalibrationOptions {
  model: ModelInfo;
  /** Where calibrations of all models are kept. */
  folder: string;
  /** Tasks at most; all when there is no limit. */
  limit?: number;
  /** Tasks at once; 1 unless given. */
  parallel?: number;
  generate(params: GenerateParams, signal?: AbortSignal): Promise<GenerationResult>;
  onProgress(progress: RunProgress): void;
  signal?: AbortSignal;
}

export interface Calibration {
  model: string;
  made: string;
  adopted: LearntTemplates;
  /** Runs that are still missing; after the last one the decision is final. */
  missing: number;
}

/**
 * After an abort it decides with what there is, if that is enough.
 * @throws HunchError usage when the model is changed meanwhile; what was finished before is kept
 */
export async function calibrate(options: CalibrationOptions): Promise<Calibration> {
  const { model, folder, limit, parallel, generate, onProgress, signal } = options;
  const files = calibrationFiles(folder, model);
  await keeping(() => mkdir(files.folder, { recursive: true }));
  const items = calibrationItems.slice(0, limit);
  const kindOf = new Map(items.map((item) => [item.id, item.calibrates]));
  const records = await run({
    items,
    armsOf: ({ id }) => candidates[kindOf.get(id)!].map(arm),
    model,
    conditions: { maxTokens, speculation: "auto", seed: 0, learnt: {} },
    earlier: await readRecords(files.records),
    parallel,
    generate,
    onRecord: (record) => appendRecord(files.records, record),
    onProgress,
    signal,
  });
  const names = new Map(templateNames.map((template) => [armName(arm(template)), template]));
  const byKind = (kind: CalibrationKind) =>
    records
      .filter(({ item }) => kindOf.get(item) === kind)
      .map((record) => ({ ...record, arm: names.get(record.arm) ?? record.arm }));
  const wanted = items.reduce((sum, { calibrates }) => sum + candidates[calibrates].length, 0);
  const adoptions = calibrationKinds.map((kind) => ({ kind, adoption: adopt(byKind(kind), candidates[kind]) }));
  // What was adopted earlier holds until there is a new decision, which may be that nothing can be told.
  const adopted = await learntTemplates(folder, model);
  for (const { kind, adoption } of adoptions) if (adoption) adopted[kind] = adoption.template ?? undefined;
  const calibration: Calibration = {
    model: model.name || model.id,
    made: new Date().toISOString(),
    adopted,
    missing: wanted - records.length,
  };
  const sections = adoptions.map(({ kind, adoption }) => section(kind, adoption, figures(byKind(kind), "plain")));
  const beside = timeNotes(records).map((note) => `${note} Nothing is decided by them.`);
  const report = [heading(calibration), ...beside, ...sections.map(({ text }) => text)].join("\n\n");
  await keeping(async () => {
    await writeWhole(files.result, `${JSON.stringify(calibration, null, 1)}\n`);
    await writeWhole(files.report, `${report}\n`);
    for (const { kind, rows } of sections)
      if (rows.length > 0) await writeWhole(files.chart(kind), chart(rows, `${titles[kind]}: ${calibration.model}`));
  });
  return calibration;
}

/** What was adopted for a model; nothing where it has not been calibrated. @throws when the folder can not be read */
export async function learntTemplates(folder: string, model: ModelInfo): Promise<LearntTemplates> {
  const text = await readFile(calibrationFiles(folder, model).result, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (text === null) return {};
  const { adopted } = JSON.parse(text) as Calibration;
  // A file of another version may name a template that is gone.
  return Object.fromEntries(
    calibrationKinds.flatMap((kind) => {
      const template = adopted[kind];
      return template !== undefined && templateNames.includes(template) ? [[kind, template]] : [];
    }),
  );
}

/** Files of one model. A model is its weights: a renamed file keeps its calibration. */
export function calibrationFiles(folder: string, model: ModelInfo) {
  const weights = model.sha256?.slice(0, 16) ?? weightsOf(model);
  const own = join(folder, weights.replaceAll(/[^\w.-]/g, "_"));
  return {
    folder: own,
    /** The decision: a `Calibration`. */
    result: join(own, "calibration.json"),
    /** Markdown, with the pictures beside it. */
    report: join(own, "report.md"),
    records: join(own, "records.jsonl"),
    chart: (kind: CalibrationKind) => join(own, chartName(kind)),
  };
}

function chartName(kind: CalibrationKind): string {
  return `${kind}.svg`;
}

function heading({ model, made, missing }: Calibration): string {
  const rest = missing > 0 ? `\n\n${missing} runs are missing: optimise again to go on.` : "";
  return `# Ways of thinking of ${model}\n\nMeasured ${made.slice(0, 10)} on tasks with known answers. ${reach}${rest}`;
}

function section(kind: CalibrationKind, adoption: Adoption | null, rows: ArmFigures[]) {
  const details = rows.length > 0 ? `\n\n${table(rows, "plain")}\n![${titles[kind]}](${chartName(kind)})` : "";
  return { kind, rows, text: `## ${titles[kind]}\n\n${decision(adoption)}${details}` };
}

function decision(adoption: Adoption | null): string {
  if (!adoption) return `Nothing is adopted: at least ${leastItems} tasks have to be answered with every template.`;
  const { template, reference, right, items } = adoption;
  return template === null
    ? `Nothing is adopted: of ${items} tasks the best, ${reference}, had ${right} right, too few to tell the templates apart. Effort “auto” chooses by its rules.`
    : `Adopted: **${template}**, the shortest thoughts of all that are not worse than ${reference} on ${items} tasks.`;
}
