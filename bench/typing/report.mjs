/** The figures of the typing bench: medians and 95th percentiles, and ratios to the same round without an answer. */

/** Of each arm all keys together; ratios are medians over the rounds of that round's figure to the first arm's. */
export function figuresOf(arms, measured) {
  const [first] = arms;
  const rounds = [...new Set(measured.map(({ round }) => round))];
  const times = (arm, round) => measured.find((run) => run.arm === arm && run.round === round).times;
  return arms.map((arm) => {
    const runs = measured.filter((run) => run.arm === arm);
    const all = runs.flatMap((run) => run.times);
    const ratio = (part) =>
      at(
        0.5,
        rounds.map((round) => at(part, times(arm, round)) / at(part, times(first, round))),
      );
    const speeds = runs.map((run) => run.tokensPerSecond).filter((speed) => speed !== null);
    return {
      arm,
      keys: all.length,
      medianMs: at(0.5, all),
      p95Ms: at(0.95, all),
      longestMs: at(1, all),
      medianRatio: Number(ratio(0.5).toFixed(2)),
      p95Ratio: Number(ratio(0.95).toFixed(2)),
      ...(speeds.length > 0 && { tokensPerSecond: at(0.5, speeds) }),
    };
  });
}

/** The value below which `part` of the list lies. */
function at(part, list) {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

export function report({ date, cpu, cores, scheduling, command, threads, keys, arms, measured }) {
  const rounds = new Set(measured.map(({ round }) => round)).size;
  const rows = arms.map(
    (arm) =>
      `| ${arm.arm} | ${arm.medianMs} | ${arm.p95Ms} | ${arm.longestMs} | ${arm.medianRatio} | ${arm.p95Ratio} | ${arm.tokensPerSecond ?? ""} |`,
  );
  return `# Typing while Hunch writes, ${date}

\`${command}\`

${cpu}, ${cores} cores, VS Code in a headless browser that draws on the processor, scheduled ${scheduling}; threads of the engine:
${threads}. ${rounds} rounds of ${keys} keys each, the conditions in turn. Times in ms from the key press to the end of the frame that
shows its character; ratios to the model at rest, as medians over the rounds.

| the model is | median | 95 % | longest | median, ratio | 95 %, ratio | tokens/s |
|---|---|---|---|---|---|---|
${rows.join("\n")}
`;
}
