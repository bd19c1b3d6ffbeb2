/** Numbers as people read them. Decimal units, as disks and publishers give sizes. */
import { decimal } from "../common/l10n.ts";

export function formatBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let unit = 0;
  let value = bytes;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit < 2 || value >= 99.5 ? 0 : value >= 9.95 ? 1 : 2;
  return `${decimal(value, digits)} ${unit === 0 && bytes === 1 ? "byte" : units[unit]}`;
}

/** "8 s", "3 min", "2 h 5 min". */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
