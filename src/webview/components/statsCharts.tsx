/**
 * Small charts of one generation: who wrote its tokens, what its thought took, and what a pass costs by its size. Each is
 * a picture with a sentence that says the same.
 */
import type { ComponentChildren } from "preact";
import { t } from "../../common/l10n.ts";
import { drafterNames, type TokenOrigin } from "../../common/segments.ts";
import type { GenerationStats, PassCost } from "../../common/stats.ts";
import { count, duration, percent, tokens } from "../format.ts";
import { originLabel } from "../wording.ts";

/** Units of every drawing's own; on screen it is as wide as there is room. */
const width = 320;
const barHeight = 12;
const curveHeight = 72;
/** Room for the dots at the edges of the curve. */
const margin = 5;

interface ChartProps {
  class?: string;
  height: number;
  /** What a screen reader says in the picture's place. */
  text: string;
  caption: ComponentChildren;
  children: ComponentChildren;
}

function Chart({ height, text, caption, children, ...attributes }: ChartProps) {
  return (
    <figure class={`chart ${attributes.class ?? ""}`.trimEnd()}>
      <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img">
        <title>{text}</title>
        {children}
      </svg>
      <figcaption>{caption}</figcaption>
    </figure>
  );
}

interface Part {
  class: string;
  label: string;
  value: number;
}

/** One bar of parts beside each other, with their names and figures below. */
function PartsChart({ title, parts }: { title: string; parts: readonly Part[] }) {
  const total = parts.reduce((sum, part) => sum + part.value, 0);
  const scale = (value: number) => (value / total) * width;
  let from = 0;
  const rects = parts.map((part) => {
    const x = from;
    from += scale(part.value);
    return <rect key={part.label} class={part.class} x={x} width={scale(part.value)} height={barHeight} />;
  });
  const text = parts.map(({ label, value }) => `${label}: ${count(value)}`).join(", ");
  return (
    <Chart
      height={barHeight}
      text={`${title}. ${text}`}
      caption={
        <>
          <span class="chart-title">{title}</span>
          {parts.map(({ label, value, ...part }) => (
            <span key={label} class="chart-key">
              <svg viewBox="0 0 8 8" width="8" height="8" aria-hidden="true">
                <rect class={part.class} width="8" height="8" />
              </svg>
              {label} {count(value)}
            </span>
          ))}
        </>
      }
    >
      {rects}
    </Chart>
  );
}

/** Of the tokens that came, those that a drafter had guessed; null where nothing was. */
export function OriginShares({ stats }: { stats: GenerationStats }) {
  const total = stats.thinkingTokens + stats.answerTokens;
  const guessed = drafterNames.map((name) => ({ name, value: stats.byDrafter[name]?.acceptedTokens ?? 0 }));
  const accepted = guessed.reduce((sum, { value }) => sum + value, 0);
  if (accepted === 0 || total === 0) return null;
  const shares: { name: TokenOrigin; value: number }[] = [
    ...guessed,
    { name: "target", value: Math.max(0, total - accepted) },
  ];
  const parts = shares.flatMap(({ name, value }) =>
    value > 0 ? [{ class: `share-${name}`, label: originLabel(name), value }] : [],
  );
  return <PartsChart title={t("Tokens by who proposed them")} parts={parts} />;
}

/** Thinking against what it saved and what it was allowed; null without a thought that has either. */
export function ThoughtChart({ stats }: { stats: GenerationStats }) {
  const { thinkingTokens: spent, thinkingTokensSaved: saved, thinkingBudget: budget } = stats;
  if (spent === 0 || (saved === 0 && budget === undefined)) return null;
  const left = Math.max(0, (budget ?? 0) - spent - saved);
  const parts = [
    { class: "share-spent", label: t("thought"), value: spent },
    { class: "share-saved", label: t("saved, about"), value: saved },
    { class: "share-left", label: t("left of the budget"), value: left },
  ].filter(({ value }) => value > 0);
  const title = budget === undefined ? t("Thinking tokens") : t("Thinking tokens, budget {0}", count(budget));
  return <PartsChart title={title} parts={parts} />;
}

/** T(n) as a line over the sizes, with a dot at each that is known; those that this answer used are filled. */
export function CostChart({ curve }: { curve: readonly PassCost[] }) {
  const largest = Math.max(...curve.map(({ size }) => size));
  const slowest = Math.max(...curve.map(({ ms }) => ms));
  const [first] = curve;
  if (!first || largest <= 1 || !(slowest > 0)) return null;
  const place = ({ size, ms }: PassCost) => ({
    x: margin + ((size - 1) / (largest - 1)) * (width - 2 * margin),
    y: curveHeight - margin - (ms / slowest) * (curveHeight - 2 * margin),
  });
  const all = curve.reduce((sum, { passes }) => sum + passes, 0);
  const spoken = curve.map((cost) => {
    const used = cost.passes > 0 ? `, ${t("{0} used", percent(cost.passes / all))}` : "";
    return `${tokens(cost.size)}: ${duration(cost.ms)}${used}`;
  });
  const points = curve.map((cost) => {
    const { x, y } = place(cost);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <Chart
      class="cost-curve"
      height={curveHeight}
      text={`${t("Time of a pass by its size.")} ${spoken.join("; ")}`}
      caption={t(
        "A pass over 1 token takes {0}, one over {1} {2}; filled: sizes that this answer used",
        duration(first.ms),
        tokens(largest),
        duration(curve.at(-1)?.ms ?? slowest),
      )}
    >
      <line class="track" x1="0" y1={curveHeight - 0.5} x2={width} y2={curveHeight - 0.5} />
      <polyline points={points.join(" ")} />
      {curve.map((cost) => {
        const { x, y } = place(cost);
        return <circle key={cost.size} class={cost.passes > 0 ? "used" : undefined} cx={x} cy={y} r="3" />;
      })}
    </Chart>
  );
}
