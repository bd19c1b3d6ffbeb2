/** How the panel looks and reads: accessibility (axe), layout at every width, another language, hostile answers. In a real browser, on the extension's own page with its policy: needs test/vscode/host/install.sh. */
import fs from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { themeNames } from "./browser.mjs";
import { answering, openBeforeAll, pages, panel, send, settle } from "./panelUnderTest.mjs";

openBeforeAll(fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));

/** An empty conversation has no title yet, and the order of headings within an answer is the model's. */
const rules = { "page-has-heading-one": { enabled: false }, "heading-order": { enabled: false } };

describe("accessibility", () => {
  it("axe finds nothing in any state, in any theme", { timeout: 300_000 }, async () => {
    for (const [name, scene] of Object.entries(pages.scenes)) {
      await panel.show(scene, "dark");
      for (const theme of themeNames) {
        await panel.dress(theme);
        const found = await panel.page.evaluate(async (disabled) => {
          // Animation leaves half-faded words behind that nobody reads at that moment.
          for (const animation of document.getAnimations()) animation.cancel();
          const { violations } = await window.axe.run(document, { rules: disabled });
          return violations.map(
            ({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0].html} ${nodes[0].failureSummary}`,
          );
        }, rules);
        expect(found, `${name}, ${theme}`).toEqual([]);
      }
      expect(panel.problems, name).toEqual([]);
    }
  });

  it("reaches everything with the keyboard, in reading order", async () => {
    await panel.show(pages.scenes.crashed, "dark");
    await panel.page.locator(".conversation").focus();
    const reached = [];
    for (let i = 0; i < 40; i++) {
      await panel.page.keyboard.press("Tab");
      const label = await panel.page.evaluate(() => {
        const element = document.activeElement;
        if (!element || element === document.body) return null;
        return element.getAttribute("aria-label") ?? element.textContent?.trim().slice(0, 30) ?? "";
      });
      if (label === null) break;
      reached.push(label);
    }
    const wanted = [
      "fairQueue.ts:12-40",
      "Copy code",
      "Continue",
      "Retry",
      "Restart engine",
      "Show log",
      "Question",
      "Thinking effort",
    ];
    const places = wanted.map((label) => reached.indexOf(label));
    expect(places, reached.join(" | ")).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  it("moves nothing when the user asked for less motion", async () => {
    await panel.page.emulateMedia({ reducedMotion: "reduce" });
    await panel.show(pages.scenes.thinking, "dark");
    expect(await panel.page.evaluate(() => document.getAnimations().length)).toBe(0);
    await panel.page.emulateMedia({ reducedMotion: null });
    await panel.show(pages.scenes.thinking, "dark");
    expect(await panel.page.evaluate(() => document.getAnimations().length)).toBeGreaterThan(0);
  });
});

describe("layout", () => {
  // 210 is a sidebar of 420 pixels at 200 % zoom; German words are the longest.
  it.each([
    [900, "en"],
    [420, "en"],
    [300, "en"],
    [300, "de"],
    [210, "en"],
  ])("nothing is cut off or too wide at %i pixels, in %s", async (width, language) => {
    for (const [name, scene] of Object.entries(pages.scenes)) {
      await panel.show(scene, "dark", { width, language });
      const wrong = await panel.page.evaluate(() => {
        const scrolls = (element) => element.closest("pre, .table, .math-block, .thought") !== null;
        return [...document.querySelectorAll("body *")]
          .filter((element) => !scrolls(element) && element.closest(".visually-hidden, svg") === null)
          .filter((element) => element.getBoundingClientRect().right > window.innerWidth + 0.5)
          .map((element) => element.outerHTML.slice(0, 120));
      });
      expect(wrong, name).toEqual([]);
    }
  });

  it("begins at the top of what stands before the first question, in a low panel too", async () => {
    for (const name of ["welcome", "firstRun"]) {
      await panel.show(pages.scenes[name], "dark", { width: 300, height: 360 });
      await settle();
      const [top, hidden] = await panel.page.evaluate(() => {
        const { scrollTop, scrollHeight, clientHeight } = document.querySelector(".conversation");
        return [scrollTop, scrollHeight - clientHeight];
      });
      expect(hidden, name).toBeGreaterThan(20);
      expect(top, name).toBe(0);
    }
  });
});

describe("another language", () => {
  it("is that of all that the panel says, to eyes and to screen readers", async () => {
    await panel.show(pages.scenes.done, "dark", { language: "de" });
    expect(await panel.page.locator("html").getAttribute("lang")).toBe("de");
    const { page } = panel;
    await page.getByRole("button", { name: "Antwort kopieren" }).click();
    await expect
      .poll(() => page.locator(".visually-hidden[role=status]").allTextContents())
      .toContain("Antwort kopiert.");
    expect(await page.locator(".thinking .disclosure").textContent()).toContain("Nachgedacht: 12 s");
    const names = await page.evaluate(() =>
      [...document.querySelectorAll("button")].map((button) => button.getAttribute("aria-label") ?? button.textContent),
    );
    expect(names).toEqual(
      expect.arrayContaining(["Senden", "Code kopieren", "Noch einmal antworten", "Frage bearbeiten"]),
    );
    expect(names.filter((name) => /\b(Copy|Send|Answer|Insert|Edit)\b/.test(name))).toEqual([]);
  });
});

describe("hostile answers", () => {
  it("run nothing, load nothing and make no element of their own", async () => {
    await panel.show(answering("", { status: "done" }), "dark");
    for (const [name, text] of Object.entries(pages.hostile)) {
      const scene = answering(text, { id: `hostile-${name}`, status: "done" });
      await send({ type: "state", state: scene.state });
      const made = await panel.page.evaluate(
        (formula) =>
          [...document.querySelectorAll(".markdown *")]
            .filter((element) => {
              const names = element.getAttributeNames();
              return (
                element.matches(
                  "script, style, iframe, object, embed, img, video, form, base, meta, template, a, link",
                ) ||
                (element.closest("math") && !element.matches(formula)) ||
                (element.matches("input") && element.type !== "checkbox") ||
                (element.matches("svg, svg *") && element.closest("button") === null) ||
                names.some((attribute) => /^on|^(href|src|srcdoc|action|style|id|name)$/.test(attribute))
              );
            })
            .map((element) => element.outerHTML.slice(0, 200)),
        "math, mi, mn, mo, mtext, mspace, mrow, mfrac, msqrt, mroot, msub, msup, msubsup, munder, mover, munderover, mstyle, mpadded, mphantom, mtable, mtr, mtd, menclose",
      );
      expect(made, name).toEqual([]);
      expect(panel.problems, name).toEqual([]);
    }
    expect(Object.keys(pages.hostile).length).toBeGreaterThanOrEqual(60);
  });

  it("would be noticed: the page's policy refuses an inline handler", async () => {
    await panel.show(pages.scenes.done, "dark");
    await panel.page.evaluate(() => {
      const holder = document.createElement("div");
      holder.innerHTML = "<img src='https://evil.invalid/x.png' onerror='window.ran = true'>";
      document.body.append(holder);
    });
    await expect.poll(() => panel.problems.length).toBeGreaterThan(0);
    expect(await panel.page.evaluate(() => window.ran)).toBeUndefined();
  });
});

describe("text that runs from right to left", () => {
  it("does so wherever words are, and code and formulas in it do not", async () => {
    const words = "מה עושה";
    const scene = answering(
      `${words} \`a = b\` כאן?\n\n- ${words}\n\n# ${words}\n\n| ${words} |\n|---|\n| 1 |\n\n\`\`\`\na = b\n\`\`\``,
    );
    scene.state.turns[0].text = words;
    scene.state.title = words;
    await panel.show(scene, "dark");
    await panel.page.locator(".composer textarea").fill(words);
    await settle();
    const runsLeft = (selector) =>
      panel.page.evaluate((wanted) => {
        const element = document.querySelector(wanted);
        const text = document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode();
        const left = (at) => {
          const range = document.createRange();
          range.setStart(text, at);
          range.setEnd(text, at + 1);
          return range.getBoundingClientRect().left;
        };
        const end = element.getBoundingClientRect().right - left(0);
        return left(0) > left(4) && end < 30;
      }, selector);
    for (const place of [".question", "h1", ".markdown p", ".markdown li", ".markdown h3", ".markdown th"])
      expect(await runsLeft(place), place).toBe(true);
    for (const code of [".markdown p > code", ".markdown pre code"]) expect(await runsLeft(code), code).toBe(false);
    const bidi = (element) => getComputedStyle(element).unicodeBidi;
    expect(await panel.page.locator(".composer textarea").evaluate(bidi)).toBe("plaintext");
  });
});
