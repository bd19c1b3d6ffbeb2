/**
 * `hunch models`: what the catalogue offers, what is on this machine, and fetching and checking it. Results go to
 * stdout, progress to stderr; with --json every line of stdout is one object. Errors are thrown as HunchError: the
 * command line's entry prints them.
 */
import { Command } from "commander";
import { HunchError } from "../common/errors.ts";
import { isPath } from "../common/modelName.ts";
import type { CatalogueModel } from "../models/catalogue.ts";
import { expectedBytes, findModel, sizeText } from "../models/catalogue.ts";
import { discoverModels } from "../models/discover.ts";
import { download } from "../models/download.ts";
import { fitVerdict, type MachineMemory, machineMemory } from "../models/fit.ts";
import { precisionAdvice } from "../models/precision.ts";
import { environmentFetch } from "../models/sources/environmentFetch.ts";
import { ModelStore } from "../models/store.ts";
import { formatBytes } from "../models/units.ts";
import { LiveDownload } from "./downloadDisplay.ts";
import { Interrupts } from "./interrupts.ts";
import { JsonOutput } from "./output/json.ts";
import { PlainOutput } from "./output/plain.ts";
import { formatTable } from "./table.ts";
import { printable } from "./terminal/ansi.ts";
import { isLiveTerminal, screenOf } from "./terminal/terminal.ts";
import { usage } from "./values.ts";

const out = (text: string) => void process.stdout.write(text);
const err = (text: string) => void process.stderr.write(text);

interface OutputOptions {
  json?: boolean;
}

export function modelsCommand(): Command {
  const command = new Command("models").description("list, download and check models");
  command
    .command("list", { isDefault: true })
    .description("the catalogue: what is here, and what fits in memory")
    .option("--json", "one JSON object a line")
    .action((options: OutputOptions) => list(new ModelStore(), options));
  command
    .command("download")
    .description("fetch a model of the catalogue; goes on where an earlier download stopped")
    .argument("<id>", "id of the catalogue")
    .option("--json", "progress and result as JSON, one object a line")
    .action((id: string, options: OutputOptions) => downloadOne(new ModelStore(), id, options));
  command
    .command("verify")
    .description("recompute the SHA-256 of a downloaded model")
    .argument("<id>", "id of the catalogue")
    .option("--json", "the result as a JSON object")
    .action((id: string, options: OutputOptions) => verify(new ModelStore(), id, options));
  command
    .command("discover")
    .description("models on this disk, also those of LM Studio, Ollama, llama.cpp and the Hugging Face tools")
    .option("--json", "one JSON object a line")
    .action((options: OutputOptions) => discover(new ModelStore(), options));
  command
    .command("path")
    .description("the folder of downloaded models, or the file of one")
    .argument("[id]", "id of the catalogue")
    .option("--json", "the result as a JSON object")
    .action((id: string | undefined, options: OutputOptions) => showPath(new ModelStore(), id, options));
  return command;
}

async function list(store: ModelStore, { json }: OutputOptions): Promise<void> {
  const machine = machineMemory();
  const rows = await Promise.all(
    store.models.map(async (model) => ({
      model,
      installed: await store.isInstalled(model),
      partialBytes: await store.partialBytes(model),
      fit: verdict(model, machine),
    })),
  );
  if (json) {
    for (const { model, installed, partialBytes, fit } of rows)
      printJson({
        id: model.id,
        name: model.name,
        publisher: model.publisher,
        repository: model.repository,
        file: model.file,
        quantization: model.quantization,
        bytes: model.bytes,
        approximateBytes: model.approximateBytes,
        sha256: model.sha256,
        licence: model.licence,
        contextSize: model.contextSize,
        memoryBytes: model.memoryBytes,
        fit,
        reasoning: model.reasoning,
        draft: model.draft,
        installed,
        partialBytes,
        path: store.path(model),
      });
    return;
  }
  const table = rows.map(({ model, installed, partialBytes, fit }) => [
    model.id,
    sizeText(model),
    `${formatBytes(model.memoryBytes)}, ${fit === "tooBig" ? "too big" : fit}`,
    model.reasoning ? "trained" : "when asked",
    model.licence,
    installed ? "yes" : partialBytes > 0 ? `${Math.floor((100 * partialBytes) / expectedBytes(model))} %` : "-",
    model.summary,
  ]);
  print(formatTable(["id", "size", "memory", "thinking", "licence", "here", ""], table));
  print(
    `\n${formatBytes(machine.availableBytes)} of ${formatBytes(machine.totalBytes)} memory are free.` +
      "\nThe memory of a model is for 8192 tokens of context.",
  );
}

async function downloadOne(store: ModelStore, id: string, { json }: OutputOptions): Promise<void> {
  const model = catalogueModel(store, id);
  const interrupts = new Interrupts();
  const live =
    !json && isLiveTerminal(process.stderr, process.env)
      ? new LiveDownload(screenOf(process.stderr, process.env))
      : null;
  const display = live ?? (json ? new JsonOutput(out, err) : new PlainOutput(err, err));
  try {
    if (!(await store.isInstalled(model))) display.downloadStarts(model);
    const path = await download(model, store, {
      fetch: environmentFetch(process.env),
      onProgress: (progress) => display.download(model, progress),
      onNotice: (message) => display.notice({ code: "download", message }),
      signal: interrupts.signal,
    });
    live?.close();
    if (json) printJson({ type: "done", id: model.id, path });
    else print(path);
  } finally {
    live?.close();
    interrupts.dispose();
  }
}

async function verify(store: ModelStore, id: string, { json }: OutputOptions): Promise<void> {
  const model = catalogueModel(store, id);
  const interrupts = new Interrupts();
  const { signal } = interrupts;
  const live =
    !json && isLiveTerminal(process.stderr, process.env)
      ? new LiveDownload(screenOf(process.stderr, process.env))
      : null;
  const sha256 = await store
    .verify(model, { again: true, onProgress: (bytes) => live?.verifying(model, bytes), signal })
    .catch((error: unknown) => {
      if (!signal.aborted) throw error;
      throw new HunchError("cancelled", `The check of ${model.name} was stopped.`, { cause: error });
    })
    .finally(() => {
      live?.close();
      interrupts.dispose();
    });
  const path = store.path(model);
  if (json) printJson({ id: model.id, path, sha256, pinned: model.sha256 !== null });
  else print(`${path} is whole. SHA-256 ${sha256}${model.sha256 === null ? "" : ", as the publisher states"}.`);
}

async function discover(store: ModelStore, { json }: OutputOptions): Promise<void> {
  const { models, skipped } = await discoverModels({ folder: store.folder, models: store.models });
  if (json) {
    for (const model of models) printJson({ type: "model", ...model });
    for (const file of skipped) printJson({ type: "skipped", ...file });
    return;
  }
  if (models.length === 0) print("No models were found on this machine. See what there is: hunch models list");
  else
    print(
      formatTable(
        ["name", "architecture", "format", "size", "found in", "path"],
        // Names are the files' own words.
        models.map((model) =>
          [
            model.name,
            model.architecture,
            model.quantization ?? "?",
            formatBytes(model.sizeBytes),
            model.foundIn,
            model.path,
          ].map(printable),
        ),
      ),
    );
  const advice = new Set(models.flatMap(({ quantization }) => precisionAdvice(quantization) ?? []));
  if (advice.size > 0) print(`\n${[...advice].join("\n")}`);
  if (skipped.length === 1) print("\n1 more file is no usable model (--json says why).");
  if (skipped.length > 1) print(`\n${skipped.length} more files are no usable models (--json says why).`);
}

async function showPath(store: ModelStore, id: string | undefined, { json }: OutputOptions): Promise<void> {
  const model = id === undefined ? null : catalogueModel(store, id);
  const path = model === null ? store.folder : store.path(model);
  const installed = model === null ? undefined : await store.isInstalled(model);
  if (json) printJson({ path, installed });
  else print(path);
}

/** These commands are about what the catalogue knows of a model: a file by its path, which others take, has none of it. */
function catalogueModel(store: ModelStore, id: string): CatalogueModel {
  if (isPath(id))
    throw usage(
      `"${id}" is a path; this command takes an id of the catalogue.`,
      "See hunch models list. What works with a file: hunch doctor --model PATH",
    );
  return findModel(id, store.models, false);
}

function verdict(model: CatalogueModel, machine: MachineMemory): ReturnType<typeof fitVerdict> {
  return fitVerdict({ totalBytes: model.memoryBytes }, machine);
}

function print(text: string): void {
  out(`${text}\n`);
}

function printJson(value: object): void {
  print(JSON.stringify(value));
}
