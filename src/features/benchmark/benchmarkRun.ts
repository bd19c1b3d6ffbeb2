/**
 * `Hunch: Benchmark This Machine`: the short form of `hunch bench speed` on the model in use. Plain decoding and
 * speculation answer the same prompts in turn, so what counts is their ratio. Cancelled, it shows what it has.
 */

import { cpus } from "node:os";
import * as vscode from "vscode";
import { baseline, type Conditions, shortArms } from "../../benchmark/arms.ts";
import { markdown, type Report, setupOf } from "../../benchmark/report.ts";
import { hunchRequest, hunchRun, runArms } from "../../benchmark/runner.ts";
import { loadWorkloads, workloadNames } from "../../benchmark/workloads.ts";
import { HunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import type { MeasureResult, ModelInfo } from "../../common/protocol.ts";
import { assertSameModel } from "../../evaluation/weights.ts";
import type { Ctx } from "../../host/ctx.ts";
import { withProgress } from "../../host/messages.ts";
import { loadingText } from "../models/text.ts";
import { benchmarkPage } from "./page.ts";

/** Of each workload; with two rounds of both arms some minutes on a small machine. */
const prompts = 1;
const rounds = 2;
const conditions: Conditions = { maxTokens: 96, temperature: 0, seed: 42 };
/** Share of the progress that loading and the cost curve take (%). */
const startPercent = 10;

/** Before a model is offered that would not be measured. @throws HunchError backendUnavailable */
export function refuseServer({ settings }: Ctx): void {
  const { backend } = settings.current;
  if (backend !== "embedded" && backend !== "auto") throw aServerAnswers();
}

/** Cancelled, it has measured less. @throws HunchError of the load; backendUnavailable where a server was chosen */
export async function runBenchmark(ctx: Ctx): Promise<Report> {
  const location = vscode.ProgressLocation.Notification;
  return withProgress({ location, title: t("Hunch: benchmark"), cancellable: true }, async (progress, cancel) => {
    const abort = new AbortController();
    const cancelling = cancel.onCancellationRequested(() => abort.abort());
    const { signal } = abort;
    try {
      const model = await ctx.engine.prepare({
        onProgress: (part) => progress.report({ message: loadingText(part) }),
        signal,
      });
      if (model.backend !== "embedded") throw aServerAnswers();
      progress.report({ message: t("measuring the cost of passes"), increment: startPercent });
      const measured = await ctx.engine.whenIdle((client) => client.measure({ costCurve: true, exactness: false }));
      const report = newReport(model, measured);
      let shown = 0;
      report.measured = await runArms({
        workloads: loadWorkloads(workloadNames, prompts),
        groups: [shortArms],
        rounds,
        earlier: [],
        measure: async (arm, { name, index, prompt }) => {
          const request = hunchRequest(prompt, conditions, arm.speculation, `benchmark ${name} ${index} ${arm.name}`);
          const result = await ctx.engine.generate(request, { onEvents: () => {}, signal });
          // Another question, asked meanwhile, may have brought another model. One that was cut off is no figure.
          if (result.stopReason !== "cancelled") assertSameModel(result.model, model, beginAnewWith);
          return hunchRun(result);
        },
        onRun: () => {},
        onProgress: ({ done, total, secondsLeft }) => {
          const percent = ((100 - startPercent) * done) / total;
          const left = secondsLeft === null ? "" : `, ${t("{0} left", `${Math.ceil(secondsLeft)} s`)}`;
          progress.report({ message: t("{0} of {1} runs{2}", done, total, left), increment: percent - shown });
          shown = percent;
        },
        signal,
      });
      return report;
    } finally {
      cancelling.dispose();
    }
  });
}

/** @param measured null when the engine was busy with a question. */
function newReport(model: ModelInfo, measured: MeasureResult | null): Report {
  const costCurve = measured?.costCurve ?? null;
  return {
    made: new Date().toISOString(),
    command: "Hunch: Benchmark This Machine",
    cpu: model.device === "cpu" ? (cpus()[0]?.model.trim() ?? "unknown CPU") : model.device,
    threads: model.threads.used,
    model: model.name || model.id,
    draft: model.draft?.id ?? null,
    temperature: conditions.temperature,
    maxTokens: conditions.maxTokens,
    rounds,
    setup: setupOf(model, "built in"),
    costCurve,
    bound: costCurve && Math.max(...Object.entries(costCurve).map(([size, ratio]) => Number(size) / ratio)),
    measured: [],
  };
}

export function showBenchmark(report: Report): void {
  const panel = vscode.window.createWebviewPanel("hunch.benchmark", t("Hunch: Benchmark"), vscode.ViewColumn.Active, {
    enableScripts: true,
  });
  panel.webview.html = benchmarkPage(report);
  // The page's only message: its button was pressed.
  panel.webview.onDidReceiveMessage(() => vscode.env.clipboard.writeText(markdown(report, baseline)));
}

function beginAnewWith(model: string): string {
  return t("Start it again with {0}.", model);
}

function aServerAnswers(): HunchError {
  return new HunchError("backendUnavailable", t("A server answers, and the benchmark measures Hunch's own decoder."), {
    hint: t("Set hunch.backend to embedded to measure it."),
  });
}
