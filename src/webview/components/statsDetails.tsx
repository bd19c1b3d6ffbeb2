/** The figures of one generation: phases, speculation, and each drafter with its acceptance by position. */
import type { DrafterName } from "../../common/segments.ts";
import { acceptanceRate, type DrafterStats, type GenerationStats } from "../../common/stats.ts";
import { count, duration, percent, rate, tokens } from "../format.ts";
import { originLabel } from "../wording.ts";

const drafterOrder: readonly DrafterName[] = ["suffix", "recycling", "draft"];
/** Draft positions shown; later ones are rare. */
const maxPositions = 16;

export function StatsDetails({ stats }: { stats: GenerationStats }) {
  const drafters = drafterOrder.flatMap((name) => {
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
      {drafters.map(({ name, drafter }) => (
        <Drafter key={name} name={name} drafter={drafter} />
      ))}
    </div>
  );
}

function rows(stats: GenerationStats): [string, string][] {
  const cached = stats.cachedTokens > 0 ? `, ${count(stats.cachedTokens)} reused` : "";
  const list: [string, string][] = [
    ["Prompt", `${tokens(stats.promptTokens)}${cached}`],
    ["Reading the prompt", duration(stats.prefillMs)],
    ["First token after", duration(stats.timeToFirstTokenMs)],
  ];
  if (stats.queueMs >= 1) list.push(["Waited for the engine", duration(stats.queueMs)]);
  if (stats.thinkingTokens > 0)
    list.push(["Thinking", `${tokens(stats.thinkingTokens)} in ${duration(stats.thinkingMs)}`]);
  if (stats.thinkingTokensSaved > 0) list.push(["Thinking saved", `about ${tokens(stats.thinkingTokensSaved)}`]);
  list.push(
    ["Answer", tokens(stats.answerTokens)],
    ["Generating", `${duration(stats.decodeMs)}, ${rate(stats.tokensPerSecond)} tok/s`],
  );
  if (stats.plainTokensPerSecond > 0) list.push(["Without speculation", `${rate(stats.plainTokensPerSecond)} tok/s`]);
  list.push(["Target passes", `${count(stats.targetPasses)}, ${stats.tokensPerPass.toFixed(2)} tokens each`]);
  if (stats.sharedPasses > 0) list.push(["Shared with other answers", `${count(stats.sharedPasses)} passes`]);
  if (stats.meanAcceptanceLength > 0) list.push(["Mean acceptance length", stats.meanAcceptanceLength.toFixed(2)]);
  list.push(
    ["Own time per pass", duration(stats.overheadMsPerPass)],
    ["Context", `${count(stats.contextUsedTokens)} of ${tokens(stats.contextSize)}`],
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
        {count(drafter.acceptedTokens)} of {tokens(drafter.draftedTokens)} accepted
        {accepted === null ? "" : ` (${percent(accepted)})`} in {count(drafter.rounds)} rounds,{" "}
        {duration(drafter.draftMs)} spent guessing
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
        <title>Accepted by position. {spoken}</title>
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
      <figcaption>Accepted by position in the draft, 1 to {positions.length}</figcaption>
    </figure>
  );
}
