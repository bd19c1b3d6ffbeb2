/**
 * `hunch bench thinking`: accuracy, thinking tokens and time to answer of ways of thinking on questions with known answers.
 * Stopped at any time (Ctrl-C) it keeps what is finished, and the same command goes on from there.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { Command } from "commander";
import { HunchError } from "../common/errors.ts";
import { type Effort, efforts } from "../common/panel.ts";
import type { ModelInfo } from "../common/protocol.ts";
import { type Arm, armName, type ControlName, controlNames, parallelThoughts } from "../evaluation/arms.ts";
import { learntTemplates } from "../evaluation/calibration/calibrate.ts";
import { chart } from "../evaluation/chart.ts";
import { type Item, parseItems, sample } from "../evaluation/items.ts";
import { machineOf, sameMachine } from "../evaluation/machine.ts";
import { samplingNote, thoughtNotes, timeNotes } from "../evaluation/notes.ts";
import { appendRecord, readRecords } from "../evaluation/records.ts";
import { figures, table, timedOn } from "../evaluation/report.ts";
import { type RunRecord, run } from "../evaluation/runner.ts";
import { seededRandom } from "../evaluation/statistics.ts";
import { calibrationFolder, thisUser } from "../models/folder.ts";
import type { TemplateName } from "../prompts/compose.ts";
import type { LearntTemplates } from "../prompts/effort.ts";
import { templateNames } from "../prompts/templates/index.ts";
import { addBenchSpeed } from "./benchSpeed.ts";
import { load, loadModel, withEngine } from "./engine.ts";
import { addEngineOptions, engineRequest } from "./engineRequest.ts";
import { assertOwnDecoder } from "./ownDecoder.ts";
import { resumable } from "./resumable.ts";
import { integer, list, one } from "./values.ts";

type Options = Parameters<typeof engineRequest>[0] & {
  data: string;
  templates: TemplateName[];
  efforts: Effort[];
  controls: ControlName[];
  effort: Effort;
  limit: number;
  seed: number;
  maxTokens: number;
  parallel: number;
  thoughts: number;
  calibrated?: true;
  plainDecoding?: true;
  out: string;
  name: string;
};

/** @param setStatus takes the exit status when it is not 0 */
export function benchCommand(setStatus: (status: number) => void): Command {
  const command = new Command("bench").description("measure this machine and its models");
  addEngineOptions(command.command("thinking").description("ways of thinking, on questions with known answers"))
    .requiredOption(
      "--data <file>",
      "JSON lines in the format of CRUXEval (code, input, output) or GSM8K (question, answer)",
    )
    .option(
      "--templates <a,b>",
      "ways of thinking; the first is what the others are compared with",
      list(templateNames),
      ["plain", "concise", "draft"],
    )
    .option("--efforts <a,b>", "efforts to compare as well, each as `ask` does it", list(efforts), [])
    .option("--calibrated", "effort auto uses what `hunch calibrate` found for this model, if anything")
    .option(
      "--thoughts <n>",
      "thoughts side by side of the efforts high and max, as the setting hunch.parallelThoughts has it",
      integer(1, 16),
      1,
    )
    .option("--plain-decoding", "compare with the first template decoded without speculation")
    .option("--controls <a,b>", `what may end a thought: ${controlNames.join(", ")}`, list(controlNames), ["off"])
    .option("--effort <level>", "the effort whose budget the templates get", one(efforts), "low")
    .option("--limit <n>", "questions, drawn by the seed", integer(1, 1_000_000), 40)
    .option("--seed <n>", "of the draw", integer(0, 4_294_967_295), 1)
    .option(
      "--max-tokens <n>",
      "output tokens at most, thought and answer together, Hunch's own words not counted",
      integer(16, 1_000_000),
      768,
    )
    .option(
      "--parallel <n>",
      "questions at once, in one batch; the time to answer is then not comparable",
      integer(1, 64),
      1,
    )
    .option("--out <folder>", "where results go", "hunch-bench")
    .option("--name <name>", "of the result files", "thinking")
    .action(async (options: Options) => setStatus(await benchThinking(options)));
  return addBenchSpeed(command, setStatus);
}

async function benchThinking(options: Options): Promise<number> {
  const items = await readItems(options);
  const arms = armsOf(options);
  const recordsFile = join(options.out, `${options.name}.records.jsonl`);
  return resumable(
    options.verbose ?? false,
    async ({ context, interrupts, display }) => {
      const several = options.controls.includes("parallel") ? parallelThoughts : 1;
      const lanes = Math.max(options.parallel, several, options.efforts.length > 0 ? options.thoughts : 1);
      const params = { ...(await loadModel(engineRequest(options), context)), lanes };
      const earlier = await readRecords(recordsFile);
      return withEngine(context, async (client) => {
        const model = await load(client, params, context);
        context.output.loaded(model);
        if (options.plainDecoding)
          assertOwnDecoder(model, "it can not be told to decode plainly by request", "Leave --plain-decoding out.");
        const learnt = options.calibrated ? await calibrated(model) : {};
        const records = await run({
          items,
          armsOf: () => arms,
          model,
          conditions: { maxTokens: options.maxTokens, speculation: options.speculation, seed: 0, learnt },
          earlier,
          parallel: options.parallel,
          generate: (generation, signal) => client.generate(generation, { onEvents: () => {}, signal }),
          onRecord: (record) => appendRecord(recordsFile, record),
          onProgress: (progress) => display.progress(progress),
          signal: interrupts.signal,
        });
        return { model, learnt, records };
      });
    },
    (outcome) => report(options, arms, items, outcome),
  );
}

async function calibrated(model: ModelInfo): Promise<LearntTemplates> {
  const learnt = await learntTemplates(calibrationFolder(thisUser()), model);
  if (Object.keys(learnt).length > 0) return learnt;
  throw new HunchError("usage", `${model.name || model.id} has no calibration.`, {
    hint: "Run hunch calibrate with this model first, or leave --calibrated out.",
  });
}

async function readItems({ data, limit, seed }: Options): Promise<Item[]> {
  const text = await readFile(data, "utf8").catch((cause: Error) => {
    throw new HunchError("fileNotFound", `The data ${data} can not be read: ${cause.message}`, {
      hint: "Name a file of JSON lines with --data.",
      cause,
    });
  });
  const items = sample(parseItems(text), limit, seededRandom(seed));
  if (items.length > 0) return items;
  throw new HunchError("emptyInput", `There are no questions in ${data}.`, { hint: "Each line holds one as JSON." });
}

/** The first is what the others are compared with. */
function armsOf({ templates, efforts, controls, effort, thoughts, plainDecoding }: Options): Arm[] {
  const [template = "plain"] = templates;
  const [end = "off"] = controls;
  return [
    ...(plainDecoding ? [{ by: "template", template, controls: end, effort, speculation: "off" } as const] : []),
    ...templates.flatMap((template) => {
      // Without a thought there is nothing to end.
      const ends: readonly ControlName[] = template === "none" ? controls.slice(0, 1) : controls;
      return ends.map((end): Arm => ({ by: "template", template, controls: end, effort }));
    }),
    ...efforts.map((level): Arm => ({ by: "effort", effort: level, thoughts })),
  ];
}

/**
 * The result on standard output, and as JSON, table and picture in the folder of results.
 * @param arms the first is what the others are compared with
 */
async function report(
  options: Options,
  arms: readonly Arm[],
  items: readonly Item[],
  outcome: { model: ModelInfo; learnt: LearntTemplates; records: readonly RunRecord[] },
): Promise<void> {
  const { model, learnt } = outcome;
  if (outcome.records.length === 0) return;
  const names = arms.map(armName);
  const records = outcome.records.toSorted((a, b) => names.indexOf(a.arm) - names.indexOf(b.arm));
  const baseline = names[0]!;
  const rows = figures(records, baseline);
  const machine = timedOn(records);
  const about = {
    made: new Date().toISOString(),
    data: basename(options.data),
    items: items.length,
    seed: options.seed,
    model: model.name || model.id,
    sha256: model.sha256,
    // Of the times; records of an earlier version do not say it.
    cpu: machine?.cpu ?? "unknown CPU",
    device: machine?.device ?? "unknown device",
    ...(sameMachine(machine, machineOf(model)) ? { threads: model.threads.used } : {}),
    sampling: samplingNote(records),
    maxTokens: options.maxTokens,
    speculation: options.speculation,
    calibrated: learnt,
    timesComparable: !records.some(({ aside, machine: other }) => aside && sameMachine(other, machine)),
  };
  const title = `${about.model} on ${about.data}, ${about.items} questions`;
  const json = {
    type: "done",
    ...about,
    arms: rows,
    runs: records.map(({ thinking: _, answer: __, fingerprint: ___, ...figure }) => figure),
  };
  const markdown = [
    `# Ways of thinking, ${about.made.slice(0, 10)}`,
    "",
    `${title} (seed ${about.seed}), ${about.sampling}, at most ${about.maxTokens} tokens each, speculation ${about.speculation}; ${about.cpu}, ${about.device}${about.threads ? `, ${about.threads} threads` : ""}.`,
    "Brackets are 95 % intervals: Wilson's for accuracy, else bootstrap over the questions, paired against the first arm.",
    "−a +b: questions that only the first arm, only this arm has right.",
    "",
    table(rows, baseline),
    ...[...thoughtNotes(arms, records), ...timeNotes(records)].flatMap((note) => [note, ""]),
  ].join("\n");
  await mkdir(options.out, { recursive: true });
  const file = (ending: string) => join(options.out, `${options.name}.${ending}`);
  await writeFile(file("json"), `${JSON.stringify(json, null, 1)}\n`);
  await writeFile(file("md"), markdown);
  await writeFile(file("svg"), chart(rows, title));
  process.stdout.write(options.json ? `${JSON.stringify(json)}\n` : markdown);
}
