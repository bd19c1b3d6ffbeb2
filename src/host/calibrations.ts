/** What calibrations found on this machine, and making one. The terminal's `hunch calibrate` keeps them in the same place. */
import type { GenerateParams, GenerationResult, ModelInfo } from "../common/protocol.ts";
import type { Calibration } from "../evaluation/calibration/calibrate.ts";
import type { RunProgress } from "../evaluation/runner.ts";
import type { LearntTemplates } from "../prompts/effort.ts";
import type { Log } from "./log.ts";

export class Calibrations {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** What was adopted for a model; nothing when it has not been calibrated. Never rejects: a question can do without. */
  async learnt(model: ModelInfo): Promise<LearntTemplates> {
    try {
      const { learntTemplates, calibrationFolder, thisUser } = await import("./runtime.ts");
      return await learntTemplates(calibrationFolder(thisUser()), model);
    } catch (error) {
      this.#log.error("read the calibration of the model", error);
      return {};
    }
  }

  /** Runs what is missing of a model's calibration. After an abort it resolves with what there is. */
  async calibrate(
    model: ModelInfo,
    generate: (params: GenerateParams, signal?: AbortSignal) => Promise<GenerationResult>,
    onProgress: (progress: RunProgress) => void,
    signal: AbortSignal,
  ): Promise<{ calibration: Calibration; report: string }> {
    const { calibrate, calibrationFiles, calibrationFolder, thisUser } = await import("./runtime.ts");
    const folder = calibrationFolder(thisUser());
    // One lane stays free for what the user asks meanwhile.
    const parallel = Math.max(1, model.lanes - 1);
    const calibration = await calibrate({ model, folder, parallel, generate, onProgress, signal });
    return { calibration, report: calibrationFiles(folder, model).report };
  }
}
