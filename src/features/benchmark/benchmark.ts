/** `Hunch: Benchmark This Machine`, loaded when it is asked for: activation does not pay for its prompts and its picture. */
import { t } from "../../common/l10n.ts";
import { registerCommand } from "../../host/commands.ts";
import type { Ctx } from "../../host/ctx.ts";
import { oneAtATime } from "../models/oneAtATime.ts";

export function registerBenchmark(ctx: Ctx): void {
  const alone = oneAtATime(ctx, () => t("Hunch is measuring already; its progress says how far."));
  registerCommand(ctx, "hunch.benchmark", async () => {
    const { refuseServer, runBenchmark, showBenchmark } = await import("./benchmarkRun.ts");
    refuseServer(ctx);
    const report = await alone(() => runBenchmark(ctx));
    if (report && report.measured.length > 0) showBenchmark(report);
  });
}
