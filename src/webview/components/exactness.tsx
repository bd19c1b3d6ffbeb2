/** What the exactness self-test found: which pass sizes compute the same as plain decoding, and what strict mode makes of it. */
import { decimal, t } from "../../common/l10n.ts";
import type { ExactnessResult } from "../../common/stats.ts";

/** Differences of a logit below this are not told apart. */
const leastShown = 0.001;

export function Exactness({ exactness }: { exactness: ExactnessResult | null }) {
  return (
    <section class="exactness" aria-label={t("Exactness")}>
      <h3>{t("Exactness")}</h3>
      {sentences(exactness).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
    </section>
  );
}

function sentences(exactness: ExactnessResult | null): string[] {
  if (!exactness)
    return [
      t(
        "Not tested yet: which sizes of a pass compute the same as plain decoding. Strict mode tests it before it answers.",
      ),
    ];
  const { exactSizes, lengths, maxDifference } = exactness;
  const others = Object.entries(maxDifference).filter(([, difference]) => difference > 0);
  const sizes = exactSizes.join(", ");
  const lines: string[] = [];
  if (exactSizes.length > 1)
    lines.push(t("Passes over {0} tokens compute the logits of plain decoding, bit by bit.", sizes));
  if (others.length > 0) {
    const largest = Math.max(...others.map(([, difference]) => difference));
    const otherSizes = others.map(([size]) => size).join(", ");
    lines.push(
      t("Passes over {0} tokens differ from plain decoding by {1} in a logit at most.", otherSizes, logits(largest)),
    );
  }
  lines.push(
    exactSizes.length > 1
      ? t("So strict mode takes passes over {0} tokens only, and its text is that of plain decoding.", sizes)
      : t("So strict mode can guess nothing here."),
    t("Tested with this answer's model, device, threads and cache, at contexts of {0} tokens.", lengths.join(", ")),
  );
  return lines;
}

/** A difference of logits, which have no unit. */
function logits(difference: number): string {
  return difference < leastShown ? t("less than {0}", decimal(leastShown, 3)) : decimal(difference, 3);
}
