/** A thin bar: how far a task has come, or how much of a budget is used. */

interface MeterProps {
  /** 0..1; null while it cannot be told, then the bar moves. */
  ratio: number | null;
  label: string;
  /** In words, for a screen reader. */
  text: string;
}

export function Meter({ ratio, label, text }: MeterProps) {
  const percent = ratio === null ? undefined : Math.round(Math.min(1, Math.max(0, ratio)) * 100);
  return <progress class="meter" max={100} value={percent} aria-label={label} aria-valuetext={text} />;
}
