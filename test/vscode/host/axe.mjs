/** axe in the real webview: on the page that VS Code shows, with its styles, its policy and the colours of its theme. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const grave = new Set(["serious", "critical"]);

/**
 * Violations of level serious or critical, each as a sentence. The page itself is transparent: what stands behind it in the
 * window (`part`, as ".part.sidebar") is given to axe as its ground, since it cannot look out of the frame.
 * @throws when axe did not judge the contrast of any text: then it saw nothing, and its silence says nothing
 */
export async function graveViolations(page, panel, part) {
  const ground = await page.locator(part).evaluate((element) => getComputedStyle(element).backgroundColor);
  const frame = await (await panel.locator("body").elementHandle()).ownerFrame();
  // As a debugger would add it: the page's policy keeps out any other script.
  if (!(await frame.evaluate(() => "axe" in window))) await frame.evaluate(source);
  const { violations, passed } = await frame.evaluate(async (color) => {
    // Animation leaves half-faded words behind that nobody reads at that moment.
    for (const animation of document.getAnimations()) animation.cancel();
    const root = document.documentElement;
    root.style.backgroundColor = color;
    try {
      const found = await window.axe.run(document, { iframes: false });
      return {
        violations: found.violations.map(({ id, impact, nodes }) => ({
          id,
          impact,
          text: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("\n"),
        })),
        passed: found.passes.map(({ id }) => id),
      };
    } finally {
      root.style.backgroundColor = "";
    }
  }, ground);
  if (!passed.includes("color-contrast") && !violations.some(({ id }) => id === "color-contrast"))
    throw new Error(`axe judged no text's contrast; what passed: ${passed.join(", ")}`);
  return violations.filter(({ impact }) => grave.has(impact)).map(({ id, impact, text }) => `${impact} ${id}: ${text}`);
}
