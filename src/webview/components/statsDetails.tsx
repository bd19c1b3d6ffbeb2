/** The figures of one generation: phases, speculation, charts, exactness, and each drafter with its acceptance by position. */
import { decimal, t } from "../../common/l10n.ts";
import { type DrafterName, drafterNames } from "../../common/segments.ts";
import { acceptanceRate, type DrafterStats, type GenerationStats } from "../../common/stats.ts";
import { count, duration, percent, rate, tokens } from "../format.ts";
import { originLabel } from "../wording.ts";
import { Exactness } from "./exactness.tsx";
import { CostChart, OriginShares, ThoughtChart } from "./statsCharts.tsx";

/** Draft positions shown; later ones are rare. */
const maxPositions = 16;

export function StatsDetails({ stats }: { stats: GenerationStats }) {
  const drafters = drafterNames.flatMap((name) => {
    const drafter = stats.byDrafter[name];
    return drafter && drafter.rounds > 0 ? [{ name, drafter }] : [];
  });
  return (
    <div class="stats-details">
      <dl>
        {rows(stats).map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <OriginShares stats={stats} />
      <ThoughtChart stats={stats} />
      {stats.costCurve && <CostChart curve={stats.costCurve} />}
      {stats.exactness !== undefined && <Exactness exactness={stats.exactness} />}
      {drafters.map(({ name, drafter }) => (
        <Drafter key={name} name={name} drafter={drafter} />
      ))}
    </div>
  );
}

function rows(stats: GenerationStats): [string, string][] {
  const cached = stats.cachedTokens > 0 ? `, ${t("{0} reused", count(stats.cachedTokens))}` : "";
  const list: [string, string][] = [
    [t("Prompt"), `${tokens(stats.promptTokens)}${cached}`],
    [t("Reading the prompt"), duration(stats.prefillMs)],
  ];
  // It was stopped before there was one.
  if (stats.timeToFirstTokenMs > 0) list.push([t("First token after"), duration(stats.timeToFirstTokenMs)]);
  if (stats.queueMs >= 1) list.push([t("Waited for the engine"), duration(stats.queueMs)]);
  if (stats.thinkingTokens > 0)
    list.push([t("Thinking"), t("{0} in {1}", tokens(stats.thinkingTokens), duration(stats.thinkingMs))]);
  if (stats.thinkingTokensSaved > 0)
    list.push([t("Thinking saved"), t("about {0}", tokens(stats.thinkingTokensSaved))]);
  if (stats.trialMs) list.push([t("Trial answers"), duration(stats.trialMs)]);
  if (stats.firstAnswer?.text) {
    const { probability, stands } = stats.firstAnswer;
    const likely = percent(probability);
    list.push([
      t("Answer without a thought"),
      stands ? t("{0} likely, it stands", likely) : t("{0} likely, too little to stand", likely),
    ]);
  }
  if (stats.dampedTokens !== undefined) list.push([t("Words of hesitation damped"), count(stats.dampedTokens)]);
  if (stats.answerNow) {
    const { ms, passes, wrapUpTokens } = stats.answerNow;
    const cost = t("{0}: {1} passes and {2} of wrap-up", duration(ms), count(passes), tokens(wrapUpTokens));
    list.push([t("From “Answer now” to the first word"), cost]);
  }
  list.push(
    [t("Answer"), tokens(stats.answerTokens)],
    [t("Generating"), `${duration(stats.decodeMs)}, ${t("{0} tok/s", rate(stats.tokensPerSecond))}`],
  );
  if (stats.plainTokensPerSecond > 0)
    list.push([t("Without speculation"), t("{0} tok/s", rate(stats.plainTokensPerSecond))]);
  list.push([
    t("Target passes"),
    t("{0}, {1} tokens each", count(stats.targetPasses), decimal(stats.tokensPerPass, 2)),
  ]);
  if (stats.sharedPasses > 0) list.push([t("Shared with other answers"), t("{0} passes", count(stats.sharedPasses))]);
  if (stats.meanAcceptanceLength > 0) list.push([t("Mean acceptance length"), decimal(stats.meanAcceptanceLength, 2)]);
  list.push(
    [t("Own time per pass"), duration(stats.overheadMsPerPass)],
    [t("Context"), t("{0} of {1}", count(stats.contextUsedTokens), tokens(stats.contextSize))],
  );
  return list;
}

function Drafter({ name, drafter }: { name: DrafterName; drafter: DrafterStats }) {
  const accepted = acceptanceRate(drafter);
  const positions = drafter.acceptedPerPosition.slice(0, maxPositions);
  return (
    <section class="drafter" aria-label={originLabel(name)}>
      <h3>{originLabel(name)}</h3>
      <p>
        {t(
          "{0} of {1} accepted{2} in {3} rounds, {4} spent guessing",
          count(drafter.acceptedTokens),
          tokens(drafter.draftedTokens),
          accepted === null ? "" : ` (${percent(accepted)})`,
          count(drafter.rounds),
          duration(drafter.draftMs),
        )}
        {drafter.acceptedFromWorkspace
          ? t("; {0} came from files and earlier answers", count(drafter.acceptedFromWorkspace))
          : ""}
      </p>
      {positions.length > 0 && <PositionChart positions={positions} rounds={drafter.rounds} />}
    </section>
  );
}

/** One bar a draft position: the share of rounds in which the guess there was accepted. */
function PositionChart({ positions, rounds }: { positions: number[]; rounds: number }) {
  const shares = positions.map((value) => value / rounds);
  const spoken = shares.map((share, index) => `${index + 1}: ${percent(share)}`).join(", ");
  return (
    <figure class="positions">
      <svg viewBox={`0 0 ${positions.length * 14} 32`} width={positions.length * 14} height="32" role="img">
        <title>{t("Accepted by position. {0}", spoken)}</title>
        {shares.map((share, index) => {
          const height = Math.max(1, share * 32);
          const x = index * 14 + 1;
          return (
            <g key={index}>
              <rect class="track" x={x} width="12" height="32" />
              <rect x={x} y={32 - height} width="12" height={height} />
            </g>
          );
        })}
      </svg>
      <figcaption>{t("Accepted by position in the draft, 1 to {0}", positions.length)}</figcaption>
    </figure>
  );
}
