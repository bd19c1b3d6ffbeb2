/** `Hunch: Benchmark This Machine`, loaded when it is asked for: activation does not pay for its prompts and its picture. */
import { t } from "../../common/l10n.ts";
import { registerCommand } from "../../host/commands.ts";
import type { Ctx } from "../../host/ctx.ts";
import { showInformation } from "../../host/messages.ts";

export function registerBenchmark(ctx: Ctx): void {
  let running = false;
  registerCommand(ctx, "hunch.benchmark", async () => {
    if (running) return showInformation(t("Hunch is measuring already; its progress says how far."));
    running = true;
    try {
      const { runBenchmark, showBenchmark } = await import("./benchmarkRun.ts");
      const report = await runBenchmark(ctx);
      if (report && report.measured.length > 0) showBenchmark(report);
    } finally {
      running = false;
    }
  });
}
