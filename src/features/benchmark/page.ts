/** The result of a benchmark as a page: the picture, the same figures as a table, and a button that copies them. */
import { randomUUID } from "node:crypto";
import { baseline } from "../../benchmark/arms.ts";
import { chart } from "../../benchmark/chart.ts";
import { type Report, rows } from "../../benchmark/report.ts";

export function benchmarkPage(report: Report): string {
  const nonce = randomUUID();
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`;
  const cells = rows(report, baseline).map(({ workload, arm, tokensPerSecond, ratio, acceptanceRate }) => [
    workload,
    arm,
    tokensPerSecond.toFixed(1),
    `${ratio.toFixed(2)}×`,
    acceptanceRate === null ? "" : `${Math.round(acceptanceRate * 100)} %`,
  ]);
  const body = cells.map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>`).join("");
  const bound =
    report.bound === null
      ? ""
      : `<p>Not even perfect guesses could be more than ${report.bound.toFixed(2)} times as fast here: that is what checking several tokens at once costs this machine.</p>`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>Hunch: Benchmark</title>
<style nonce="${nonce}">
body { font-family: var(--vscode-font-family); color: var(--vscode-foreground); padding: 1rem 1.5rem; }
svg { max-width: 100%; height: auto; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { text-align: left; padding: 0.2rem 1rem 0.2rem 0; }
button { color: var(--vscode-button-foreground); background: var(--vscode-button-background); border: 0; padding: 0.4rem 0.8rem; cursor: pointer; }
</style>
</head>
<body>
<h1>Decode speed of ${escapeHtml(report.model)}</h1>
<p>${escapeHtml(report.cpu)}, ${report.threads} ${report.threads === 1 ? "thread" : "threads"}; the same prompts without and with speculation, ${report.measured.length} runs of at most ${report.maxTokens} tokens.</p>
<div role="img" aria-label="Speed against plain decoding; the table below has the same figures">${chart(report, baseline)}</div>
${bound}
<table>
<thead><tr><th scope="col">prompts</th><th scope="col">decoding</th><th scope="col">tokens/s</th><th scope="col">against plain</th><th scope="col">guesses accepted</th></tr></thead>
<tbody>${body}</tbody>
</table>
<button id="copy" type="button">Copy as Markdown</button>
<script nonce="${nonce}">
const vscode = acquireVsCodeApi();
document.getElementById("copy").addEventListener("click", () => vscode.postMessage("copy"));
</script>
</body>
</html>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
