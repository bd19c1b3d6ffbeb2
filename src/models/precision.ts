/**
 * What the number format of a model's weights says of the model: advice by quality and memory. Measured on one model of
 * 1.5 billion weights (docs/architectures.md, “Low precision”); larger ones are said to bear few bits better.
 */
import { t } from "../common/l10n.ts";

/** `coarse`: two bits a weight or fewer; `low`: three; `usual`: four to six; `high`: eight and more. */
export type Precision = "coarse" | "low" | "usual" | "high";

/** @param format as in "Q4_K_M"; null where it is not known. @returns null for a format that is not known */
export function precisionOf(format: string | null): Precision | null {
  if (format === null) return null;
  if (/^B?F(16|32)$/.test(format)) return "high";
  const bits = Number(/^(?:I?Q|TQ|MXFP)(\d)/.exec(format)?.[1] ?? Number.NaN);
  if (Number.isNaN(bits)) return null;
  if (bits <= 2) return "coarse";
  if (bits === 3) return "low";
  return bits < 8 ? "usual" : "high";
}

/** A sentence or two on what to take in its place; null where there is nothing to advise. */
export function precisionAdvice(format: string | null): string | null {
  switch (precisionOf(format)) {
    case "coarse":
      return t(
        "{0}: so few bits a weight cost many right answers, the more the smaller the model. Take it as Q4_K_M where there is room, else another model.",
        format ?? "",
      );
    case "low":
      return t(
        "{0}: three bits a weight make thoughts longer, and on a processor every token slower. Take it as Q4_K_M where there is room.",
        format ?? "",
      );
    case "high":
      return t("{0}: as Q4_K_M it would take less memory, and less time for every token.", format ?? "");
    case "usual":
    case null:
      return null;
  }
}
