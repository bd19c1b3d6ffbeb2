/** Numbers as people read them in the panel: grouped by a narrow space, with a unit. Pure. */
import { decimal, t } from "../common/l10n.ts";

const narrowSpace = "\u202f";

/** 1240 → "1 240". */
export function count(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, narrowSpace);
}

/** 1 → "1 token", 2 → "2 tokens". */
export function tokens(value: number): string {
  return Math.round(value) === 1 ? t("{0} token", count(value)) : t("{0} tokens", count(value));
}

/** Whole seconds, for clocks that run; from a minute on "1 min 12 s". */
export function clock(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${count(minutes)} min ${seconds % 60} s`;
  return `${count(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

/** A measured time: three figures at most, "0.42 ms", "38 ms", "1.2 s", "1 min 12 s". */
export function duration(ms: number): string {
  if (ms < 0.995) return `${decimal(ms, 2)} ms`;
  if (ms < 9.95) return `${decimal(ms, 1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${decimal(ms / 1000, 1)} s`;
  return clock(Math.round(ms / 1000) * 1000);
}

/** Decimal units, as file managers and download pages show them: "986 MB", "1.1 GB". */
export function bytes(value: number): string {
  if (value < 1000) return `${Math.round(value)} B`;
  const units = ["kB", "MB", "GB", "TB"] as const;
  let scaled = value;
  let unit: string = "B";
  for (const next of units) {
    if (scaled < 999.5) break;
    scaled /= 1000;
    unit = next;
  }
  return `${scaled < 9.95 && unit !== "kB" ? decimal(scaled, 1) : Math.round(scaled)} ${unit}`;
}

/** 0.62 → "62 %". */
export function percent(ratio: number): string {
  return `${Math.round(ratio * 100)} %`;
}

/** Tokens per second, without the unit: one decimal below ten. */
export function rate(tokensPerSecond: number): string {
  return tokensPerSecond < 9.95 ? decimal(tokensPerSecond, 1) : count(tokensPerSecond);
}

/** 2.13 → "2.1×". */
export function factor(value: number): string {
  return `${decimal(value, 1)}×`;
}
