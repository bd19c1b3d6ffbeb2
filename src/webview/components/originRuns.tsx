/**
 * The text as the tokens came, each run coloured and underlined by who proposed it. Raw text and not Markdown: the runs
 * are what the model wrote, and markup cuts across them.
 */
import { t } from "../../common/l10n.ts";
import { type TokenOrigin, tokenOrigins } from "../../common/segments.ts";
import { memo } from "../memo.tsx";
import type { RunChunk, RunLog } from "../runLog.ts";
import { originLabel } from "../wording.ts";

export function OriginRuns({ log }: { log: RunLog }) {
  return (
    <div class="runs">
      {log.chunks.map((chunk) => (
        <RunChunkView key={chunk.key} chunk={chunk} length={chunk.text.length} />
      ))}
    </div>
  );
}

/** `length` is the version of a chunk: it only grows. */
const RunChunkView = memo(function RunChunkView({ chunk }: { chunk: RunChunk; length: number }) {
  return (
    <div class="text-chunk">
      {chunk.runs.map((run, index) =>
        run.origin === "target" ? (
          run.text
        ) : (
          <span key={index} class={originClass(run.origin)}>
            {run.text}
          </span>
        ),
      )}
    </div>
  );
});

export function OriginLegend() {
  return (
    <ul class="legend" aria-label={t("Who proposed the tokens")}>
      {tokenOrigins.map((origin) => (
        <li key={origin}>
          <span class={originClass(origin)}>{originLabel(origin)}</span>
        </li>
      ))}
    </ul>
  );
}

function originClass(origin: TokenOrigin): string {
  return `origin origin-${origin}`;
}
