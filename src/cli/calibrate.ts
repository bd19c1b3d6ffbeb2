/**
 * `hunch calibrate`: finds the ways of thinking that suit a model best, on bundled tasks with known answers; from then on
 * effort "auto" uses them. Stopped at any time, the same command goes on.
 */
import { readFile } from "node:fs/promises";
import { Command } from "commander";
import type { ModelInfo } from "../common/protocol.ts";
import { type Calibration, calibrate, calibrationFiles } from "../evaluation/calibration/calibrate.ts";
import { calibrationItems } from "../evaluation/calibration/tasks.ts";
import { calibrationFolder, thisUser } from "../models/folder.ts";
import { load, loadModel, withEngine } from "./engine.ts";
import { addEngineOptions, engineRequest } from "./engineRequest.ts";
import { resumable } from "./resumable.ts";
import { integer, integerOrAuto } from "./values.ts";

type Options = Parameters<typeof engineRequest>[0] & { limit?: number; parallel: number | "auto" };

/** @param setStatus takes the exit status when it is not 0 */
export function calibrateCommand(setStatus: (status: number) => void): Command {
  return addEngineOptions(
    new Command("calibrate")
      .description("find the ways of thinking that suit a model best; effort auto then uses them")
      .option("--limit <n>", `tasks at most (default: all ${calibrationItems.length})`, integer(1, 1_000))
      .option(
        "--parallel <n|auto>",
        "tasks at once, in one batch; auto: as memory allows, at most 4",
        integerOrAuto(1, 64),
        "auto",
      ),
  ).action(async (options: Options) => setStatus(await runCalibration(options)));
}

function runCalibration(options: Options): Promise<number> {
  const folder = calibrationFolder(thisUser());
  return resumable(
    options.verbose ?? false,
    async ({ context, interrupts, display }) => {
      const params = { ...(await loadModel(engineRequest(options), context)), lanes: options.parallel };
      return withEngine(context, async (client) => {
        const model = await load(client, params, context);
        context.output.loaded(model);
        const calibration = await calibrate({
          model,
          folder,
          limit: options.limit,
          parallel: options.parallel === "auto" ? model.lanes : options.parallel,
          generate: (generation, signal) => client.generate(generation, { onEvents: () => {}, signal }),
          onProgress: (progress) => display.progress(progress),
          signal: interrupts.signal,
        });
        return { model, calibration };
      });
    },
    ({ model, calibration }) => show(calibration, model, folder, options.json ?? false),
  );
}

async function show(calibration: Calibration, model: ModelInfo, folder: string, json: boolean): Promise<void> {
  const files = calibrationFiles(folder, model);
  if (json) {
    process.stdout.write(`${JSON.stringify({ type: "done", ...calibration, report: files.report })}\n`);
    return;
  }
  process.stdout.write(`${await readFile(files.report, "utf8")}\nWith pictures: ${files.report}\n`);
}
