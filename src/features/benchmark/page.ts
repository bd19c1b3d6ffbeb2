/** The result of a benchmark as a page: the picture, the same figures as a table, and a button that copies them. */

import { randomUUID } from "node:crypto";
import { baseline } from "../../benchmark/arms.ts";
import { chart } from "../../benchmark/chart.ts";
import { type Report, rows } from "../../benchmark/report.ts";
import { decimal, localisation, t } from "../../common/l10n.ts";

export function benchmarkPage(report: Report): string {
  const nonce = randomUUID();
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`;
  const cells = rows(report, baseline).map(({ workload, arm, tokensPerSecond, ratio, acceptanceRate }) => [
    workload,
    arm,
    decimal(tokensPerSecond, 1),
    `${decimal(ratio, 2)}×`,
    acceptanceRate === null ? "" : `${Math.round(acceptanceRate * 100)} %`,
  ]);
  const heads = [t("prompts"), t("decoding"), t("tokens/s"), t("against plain"), t("guesses accepted")];
  const body = cells.map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>`).join("");
  const bound =
    report.bound === null
      ? ""
      : `<p>${escapeHtml(t("Not even perfect guesses could be more than {0} times as fast here: that is what checking several tokens at once costs this machine.", decimal(report.bound, 2)))}</p>`;
  return `<!DOCTYPE html>
<html lang="${escapeHtml(localisation().language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escapeHtml(t("Hunch: Benchmark"))}</title>
<style nonce="${nonce}">
body { font-family: var(--vscode-font-family); color: var(--vscode-foreground); padding: 1rem 1.5rem; }
svg { max-width: 100%; height: auto; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { text-align: left; padding: 0.2rem 1rem 0.2rem 0; }
button { color: var(--vscode-button-foreground); background: var(--vscode-button-background); border: 0; padding: 0.4rem 0.8rem; cursor: pointer; }
</style>
</head>
<body>
<h1>${escapeHtml(t("Decode speed of {0}", report.model))}</h1>
<p>${escapeHtml(conditionsOf(report))}</p>
<div role="img" aria-label="${escapeHtml(t("Speed against plain decoding; the table below has the same figures"))}">${chart(report, baseline)}</div>
${bound}
<table>
<thead><tr>${heads.map((head) => `<th scope="col">${escapeHtml(head)}</th>`).join("")}</tr></thead>
<tbody>${body}</tbody>
</table>
<button id="copy" type="button">${escapeHtml(t("Copy as Markdown"))}</button>
<script nonce="${nonce}">
const vscode = acquireVsCodeApi();
document.getElementById("copy").addEventListener("click", () => vscode.postMessage("copy"));
</script>
</body>
</html>`;
}

function conditionsOf({ cpu, threads, measured, maxTokens }: Report): string {
  const threadCount = threads === 1 ? t("1 thread") : t("{0} threads", threads);
  return t(
    "{0}, {1}; the same prompts without and with speculation, {2} runs of at most {3} tokens.",
    cpu,
    threadCount,
    measured.length,
    maxTokens,
  );
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
