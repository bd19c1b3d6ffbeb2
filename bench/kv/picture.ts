import { bars } from "../../src/evaluation/bars.ts";

export interface KvReport {
  cpu: string;
  results: { model: string; compared: { arm: string; agreement: number; divergence: number }[] }[];
}

/** How often the first token stays the first, and how far the distributions are apart, by cache type and model. */
export function picture({ cpu, results }: KvReport): string {
  const rows = results.flatMap(({ model, compared }) =>
    compared.map((row) => ({ ...row, label: `${model}, ${row.arm}` })),
  );
  return bars(`Quality by KV cache type, against f16: ${cpu}`, [
    {
      name: "same first token",
      bars: rows.map(({ label, agreement }) => ({
        label,
        value: agreement,
        shown: `${(100 * agreement).toFixed(1)} %`,
      })),
      most: 1,
    },
    {
      name: "KL divergence (nats), less is better",
      bars: rows.map(({ label, divergence }) => ({ label, value: divergence, shown: divergence.toFixed(4) })),
    },
  ]);
}
