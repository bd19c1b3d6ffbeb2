/**
 * Finds the best templates for a model, on the user's machine: runs the bundled tasks with each, decides, then runs them
 * without a thought before the template that was adopted, to find out which such answers may stand. Keeps records and
 * decisions per model, so that a run that was stopped goes on and "auto" effort knows what was found.
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
import { type ArmFigures, figures, percent, table } from "../report.ts";
import { type RunOptions, type RunProgress, type RunRecord, run } from "../runner.ts";
import { weightsOf } from "../weights.ts";
import { type Adoption, adopt, leastItems } from "./adopt.ts";
import { type AnswerFirst, adoptAnswerFirst } from "./answerFirst.ts";
import { type CalibrationKind, calibrationItems, calibrationKinds } from "./tasks.ts";

/** What is tried for each kind, the reference of the figures first. */
const candidates: Readonly<Record<CalibrationKind, readonly TemplateName[]>> = {
  value: ["plain", "concise", "draft", "trace", "budgeted", "none"],
  reasoning: ["plain", "concise", "draft", "sketch", "budgeted", "none"],
};
/** With what ends a thought where "auto" effort thinks. */
const arm = (template: TemplateName) =>
  ({ by: "template", template, controls: "guarded", effort: "medium" }) as const satisfies Arm;
/** Whatever short line the model answers before it thinks stands, so that it is known whether it is right. */
const direct = (template: TemplateName): Arm => ({ ...arm(template), controls: "answerFirst", answerFirst: 0 });
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
  const wanted = items.reduce((sum, { calibrates }) => sum + candidates[calibrates].length, 0);
  const common = {
    model,
    conditions: { maxTokens, speculation: "auto", seed: 0, learnt: {} },
    earlier: await readRecords(files.records),
    parallel,
    generate,
    onRecord: (record: RunRecord) => appendRecord(files.records, record),
    signal,
  } as const;
  const records = await run({
    ...common,
    items,
    armsOf: ({ id }) => candidates[kindOf.get(id)!].map(arm),
    onProgress: (progress) => onProgress({ ...progress, total: progress.total + items.length }),
  });
  const names = new Map(templateNames.map((template) => [armName(arm(template)), template]));
  const byKind = (kind: CalibrationKind) =>
    records
      .filter(({ item }) => kindOf.get(item) === kind)
      .map((record) => ({ ...record, arm: names.get(record.arm) ?? record.arm }));
  const adoptions = calibrationKinds.map((kind) => ({ kind, adoption: adopt(byKind(kind), candidates[kind]) }));
  const thinking = new Map(
    adoptions.flatMap(({ kind, adoption }) => {
      const { template } = adoption ?? {};
      return template && template !== "none" ? [[kind, template] as const] : [];
    }),
  );
  const directs = await runDirect({
    ...common,
    items: items.filter(({ calibrates }) => thinking.has(calibrates)),
    armsOf: ({ id }) => [direct(thinking.get(kindOf.get(id)!)!)],
    onProgress: ({ done, total, secondsLeft }) =>
      onProgress({ done: records.length + done, total: wanted + total, secondsLeft }),
  });
  const decisions = adoptions.map(({ kind, adoption }) => {
    const template = thinking.get(kind);
    const mine = byKind(kind).filter((record) => record.arm === template);
    return { kind, adoption, answerFirst: template ? adoptAnswerFirst(mine, directs.records) : null };
  });
  // What was adopted earlier holds until there is a new decision, which may be that nothing can be told.
  const adopted = await learntTemplates(folder, model);
  const firsts = { ...adopted.answerFirst };
  for (const { kind, adoption, answerFirst } of decisions)
    if (adoption) {
      const template = adoption.template ?? undefined;
      const isOpen = answerFirst === null && thinking.has(kind) && directs.missing > 0;
      if (!isOpen) firsts[kind] = answerFirst?.least ?? undefined;
      else if (template !== adopted[kind]) firsts[kind] = null;
      adopted[kind] = template;
    }
  adopted.answerFirst = Object.values(firsts).some((least) => least !== undefined) ? firsts : undefined;
  const calibration: Calibration = {
    model: model.name || model.id,
    made: new Date().toISOString(),
    adopted,
    missing: wanted - records.length + directs.missing,
  };
  const sections = decisions.map((decision) =>
    section(decision, adopted[decision.kind], figures(byKind(decision.kind), "plain")),
  );
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

/** Only one task where it tells that this model can not be asked before it thinks. */
async function runDirect(options: RunOptions): Promise<{ records: readonly RunRecord[]; missing: number }> {
  const { items, earlier, onProgress } = options;
  const first = await run({
    ...options,
    items: items.slice(0, 1),
    onProgress: (progress) => onProgress({ ...progress, total: items.length }),
  });
  if (first.some(({ firstAnswer }) => firstAnswer === undefined)) return { records: first, missing: 0 };
  const records = await run({ ...options, earlier: [...earlier, ...first] });
  return { records, missing: items.length - records.length };
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
  const known = calibrationKinds.flatMap((kind) => {
    const template = adopted[kind];
    return template !== undefined && templateNames.includes(template) ? [[kind, template] as const] : [];
  });
  const answerFirst = known.flatMap(([kind]) => {
    const least = adopted.answerFirst?.[kind];
    return typeof least === "number" || least === null ? [[kind, least] as const] : [];
  });
  return {
    ...Object.fromEntries(known),
    ...(answerFirst.length > 0 ? { answerFirst: Object.fromEntries(answerFirst) } : {}),
  };
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

interface Decision {
  kind: CalibrationKind;
  adoption: Adoption | null;
  answerFirst: AnswerFirst | null;
}

/** @param inUse what is used from now on: without a new decision what was adopted earlier */
function section({ kind, adoption, answerFirst }: Decision, inUse: TemplateName | undefined, rows: ArmFigures[]) {
  const details = rows.length > 0 ? `\n\n${table(rows, "plain")}\n![${titles[kind]}](${chartName(kind)})` : "";
  return { kind, rows, text: `## ${titles[kind]}\n\n${decision(adoption, inUse)}${directly(answerFirst)}${details}` };
}

function decision(adoption: Adoption | null, inUse: TemplateName | undefined): string {
  if (!adoption) {
    const wanted = `at least ${leastItems} tasks have to be answered with every template`;
    return inUse
      ? `No new decision yet (${wanted}): **${inUse}**, adopted earlier, stays in use.`
      : `Nothing is adopted: ${wanted}.`;
  }
  const { template, reference, right, items } = adoption;
  return template === null
    ? `Nothing is adopted: of ${items} tasks the best, ${reference}, had ${right} right, too few to tell the templates apart. Effort “auto” chooses by its rules.`
    : `Adopted: **${template}**, the shortest thoughts of all that are not worse than ${reference} on ${items} tasks.`;
}

function directly(found: AnswerFirst | null): string {
  if (!found) return "";
  const { least, items, direct, right, thoughtRight, saved } = found;
  return least === null
    ? " It always thinks: its right answers without a thought could not be told from wrong ones."
    : ` It answers without a thought where that answer is at least ${percent(least)} % likely: on ${direct} of ${items} tasks, with ${right} right in all, ${thoughtRight} with thoughts alone, and ${percent(saved)} % fewer thinking tokens.`;
}
