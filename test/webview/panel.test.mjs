/**
 * The panel in a real browser, on the extension's own page with its policy: accessibility (axe), layout at every width,
 * hostile answers, keyboard, and following the end of a stream. Needs test/vscode/host/install.sh.
 */

import fs from "node:fs";
import { createRequire } from "node:module";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { buildScenes, openPanel, themeNames } from "./browser.mjs";

const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let pages;
let panel;
beforeAll(async () => {
  pages = await buildScenes();
  panel = await openPanel(pages);
  // As a debugger would add it: the page's policy keeps out any other script, which is as it should be.
  await panel.page.addInitScript(axe);
});
afterAll(() => panel?.browser.close());
beforeEach(() => {
  panel.problems.length = 0;
});

/** Two frames: the first draws what was sent, the second what depends on layout. */
const settle = () =>
  panel.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
const sent = () =>
  panel.page.evaluate(() => window.sent.filter((message) => message.type !== "ready" && message.type !== "saveView"));
const send = async (...messages) => {
  await panel.page.evaluate((list) => list.forEach(window.toPanel), messages);
  await settle();
};

/** The class of what has the focus. */
const focused = () => panel.page.evaluate(() => document.activeElement.className);

/** The scene "answering" with another answer. */
function answering(text, part = {}) {
  const scene = structuredClone(pages.scenes.answering);
  Object.assign(scene.state.turns[1], { answer: [{ text, origin: "target" }], thinking: [], ...part });
  return scene;
}
const append = (text, segment = "answer") => ({
  type: "append",
  turnId: "c1.1",
  tokens: [{ text, segment, origin: "target" }],
  live: pages.scenes.thinking.state.turns[1].live,
  thinkingMs: 1_000,
});

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

describe("a stream", () => {
  it("ends as the page that a whole state gives", async () => {
    const text = `${pages.answer}\n\n- a\n- b\n\n1. c\n\n\`\`\`py\nprint(1)\n`;
    await panel.show(answering(text), "dark");
    const whole = await panel.page.locator(".markdown").innerHTML();
    await panel.show(answering(""), "dark");
    for (let at = 0; at < text.length; at += 7) await panel.page.evaluate(window_(append(text.slice(at, at + 7))));
    await settle();
    await expect.poll(() => panel.page.locator(".markdown").innerHTML()).toBe(whole);
  });

  it("keeps a selection in text that is finished", async () => {
    await panel.show(answering("# Heading\n\nFirst paragraph.\n\nSecond "), "dark");
    await panel.page.evaluate(() => getSelection().selectAllChildren(document.querySelector(".markdown p")));
    await send(append("paragraph.\n\nThird."), append(" And more.\n\n```js\n1\n```\n"));
    expect(await panel.page.evaluate(() => getSelection().toString())).toBe("First paragraph.");
  });

  it("follows the end until the user scrolls up, and again when he comes back", async () => {
    const more = () => send(append(`${"More text of the answer. ".repeat(20)}\n\n`));
    const distance = () =>
      panel.page.evaluate(() => {
        const { scrollHeight, scrollTop, clientHeight } = document.querySelector(".conversation");
        return Math.round(scrollHeight - scrollTop - clientHeight);
      });
    await panel.show(answering(""), "dark");
    for (let i = 0; i < 8; i++) await more();
    expect(await distance()).toBeLessThanOrEqual(2);
    const toEnd = panel.page.getByRole("button", { name: "Latest" });
    expect(await toEnd.count()).toBe(0);

    await panel.page.locator(".conversation").hover();
    await panel.page.mouse.wheel(0, -10);
    await expect.poll(distance).toBeGreaterThan(5);
    const top = await panel.page.evaluate(() => document.querySelector(".conversation").scrollTop);
    for (let i = 0; i < 4; i++) await more();
    expect(await panel.page.evaluate(() => document.querySelector(".conversation").scrollTop)).toBe(top);

    await toEnd.click();
    await more();
    expect(await distance()).toBeLessThanOrEqual(2);
    // What comes with the end of the turn is followed too.
    const { thinking, answer, ...failed } = pages.scenes.crashed.state.turns[1];
    await send({ type: "turn", turn: failed });
    await panel.page.locator(".card-error").waitFor();
    expect(await distance()).toBeLessThanOrEqual(2);
    expect(await toEnd.count()).toBe(0);
  });

  it("never lets the focus go with Latest: it stays while it has it, and the conversation has it after", async () => {
    await panel.show(pages.scenes.crashed, "dark", { height: 500 });
    const { page } = panel;
    const scrollTo = (top) =>
      page.evaluate(async (value) => {
        document.querySelector(".conversation").scrollTop = value;
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      }, top);
    const toEnd = page.getByRole("button", { name: "Latest" });
    await scrollTo(40);
    await toEnd.focus();
    await scrollTo(100_000);
    expect(await toEnd.evaluate((button) => button === document.activeElement)).toBe(true);

    await scrollTo(40);
    await page.keyboard.press("Enter");
    await expect.poll(() => page.evaluate(() => document.activeElement.className)).toBe("conversation");
    await expect.poll(() => toEnd.count()).toBe(0);

    await settle();
    await scrollTo(40);
    await toEnd.focus();
    await scrollTo(100_000);
    await page.keyboard.press("Tab");
    await expect.poll(() => page.evaluate(() => document.activeElement.tagName)).not.toBe("BODY");
    await expect.poll(() => toEnd.count()).toBe(0);
  });

  it("comes back where it was after the page was thrown away", async () => {
    const scene = structuredClone(pages.scenes.done);
    await panel.show(scene, "dark");
    await panel.page.locator(".thinking .disclosure").click();
    await panel.page.locator("textarea").fill("half a question");
    // Saved means drawn: a field that grows later would bring the end back into sight.
    await expect.poll(() => panel.page.evaluate(() => window.saved?.draft)).toBe("half a question");
    await panel.page.evaluate(() => {
      document.querySelector(".conversation").scrollTop = 120;
    });
    await settle();
    const place = await panel.page.evaluate(() => {
      const [edge, ...tops] = [...document.querySelectorAll(".conversation, .turn")].map(
        (element) => element.getBoundingClientRect().top,
      );
      const last = tops.findLastIndex((top) => top <= edge);
      return { turnId: `c1.${last}`, offset: edge - tops[last] };
    });
    await expect.poll(() => panel.page.evaluate(() => window.saved?.place)).toEqual(place);
    const saved = await panel.page.evaluate(() => window.saved);

    await panel.show({ ...scene, saved }, "dark");
    await expect.poll(() => panel.page.evaluate(() => document.querySelector(".conversation").scrollTop)).toBe(120);
    expect(await panel.page.locator("textarea").inputValue()).toBe("half a question");
    expect(await panel.page.locator(".thought").count()).toBe(1);
  });

  it("opens a thought of 100 000 tokens without drawing what is out of sight", async () => {
    await panel.show(pages.scenes.longThought, "dark");
    const heights = await panel.page.evaluate(() =>
      [...document.querySelectorAll(".text-chunk")].map((chunk) => chunk.offsetHeight),
    );
    // A chunk that was never laid out has the height that the style sheet supposes.
    const supposed = 600;
    expect(heights.length).toBeGreaterThan(100);
    expect(heights.filter((height) => height !== supposed).length).toBeLessThan(20);
  });
});

describe("a long conversation", () => {
  /** 60 questions with their answers. */
  function longScene() {
    const scene = structuredClone(pages.scenes.done);
    const [question, answered] = scene.state.turns;
    scene.state.turns = Array.from({ length: 60 }, (_, i) => [
      { ...question, id: `c1.${2 * i}`, text: `Question ${i}` },
      { ...answered, id: `c1.${2 * i + 1}` },
    ]).flat();
    return scene;
  }

  it("comes back at the turn that was read, in a page that was hidden and in another that takes over", async () => {
    const scene = longScene();
    const { page } = panel;
    /** The question that is read, in pixels below the upper edge. */
    const below = () =>
      page.evaluate(() => {
        const edge = document.querySelector(".conversation").getBoundingClientRect().top;
        const question = [...document.querySelectorAll(".question")].find((e) => e.textContent === "Question 30");
        return question ? Math.round(question.getBoundingClientRect().top - edge) : null;
      });
    const isClose = async (place) => {
      await expect.poll(async () => Math.abs(((await below()) ?? 1e6) - place)).toBeLessThanOrEqual(2);
      // What comes into sight is laid out with later frames, and moves nothing.
      await settle();
      await settle();
      expect(Math.abs((await below()) - place)).toBeLessThanOrEqual(2);
    };
    await panel.show(scene, "dark");
    await expect.poll(() => page.locator(".turn-assistant").count(), { timeout: 20_000 }).toBe(60);
    // Read from its beginning, so that those above have been laid out and have their own height.
    for (let i = 0; i <= 30; i++) {
      await page.getByText(`Question ${i}`, { exact: true }).evaluate((question) => question.scrollIntoView());
      await settle();
    }
    // Deep in the answer before it.
    await page.evaluate(() => {
      document.querySelector(".conversation").scrollTop -= 60;
    });
    await settle();
    const place = await below();
    expect(place).toBeGreaterThan(50);
    await expect.poll(() => page.evaluate(() => window.saved?.place?.turnId)).toBe("c1.59");
    const saved = await page.evaluate(() => window.saved);

    await panel.show({ ...scene, saved }, "dark");
    await isClose(place);

    await panel.show(scene, "dark");
    await send({ type: "view", view: saved });
    await isClose(place);
    expect(panel.problems).toEqual([]);
  });

  it("lays out what is near, keeps its end in sight, and is reached by scrolling", async () => {
    await panel.show(longScene(), "dark");
    // The end is there with the first frame, what came before a little later.
    await panel.page.getByText("Question 59", { exact: true }).waitFor();
    await expect.poll(() => panel.page.locator(".turn-assistant").count(), { timeout: 20_000 }).toBe(60);
    const state = await panel.page.evaluate(() => {
      const { scrollHeight, scrollTop, clientHeight } = document.querySelector(".conversation");
      const heights = [...document.querySelectorAll(".turn-assistant")].map((turn) => turn.offsetHeight);
      return { distance: scrollHeight - scrollTop - clientHeight, supposed: heights.filter((h) => h === 416).length };
    });
    expect(state.distance).toBeLessThanOrEqual(2);
    // The supposed 400 pixels and the padding of a turn that was never laid out.
    expect(state.supposed).toBeGreaterThan(50);
    await panel.page.evaluate(() => {
      document.querySelector(".conversation").scrollTop = 0;
    });
    await panel.page.getByText("Question 0", { exact: true }).waitFor();
    // A turn that comes into sight is laid out with the next frame.
    const height = () => panel.page.evaluate(() => document.querySelector(".turn-assistant").offsetHeight);
    await expect.poll(height).not.toBe(416);
  });
});

describe("the input", () => {
  it("grows with the text and sends it with Enter", async () => {
    await panel.show(pages.scenes.welcome, "dark");
    const input = panel.page.locator("textarea");
    const height = async () => (await input.boundingBox()).height;
    const before = await height();
    await input.click();
    for (let line = 0; line < 5; line++) {
      await panel.page.keyboard.type(`line ${line}`);
      await panel.page.keyboard.press("Shift+Enter");
    }
    expect(await height()).toBeGreaterThan(before * 1.5);
    await panel.page.keyboard.press("Enter");
    await settle();
    expect(await sent()).toEqual([{ type: "ask", text: "line 0\nline 1\nline 2\nline 3\nline 4", references: [] }]);
    expect(await height()).toBe(before);
  });

  it("chooses effort and attachment", async () => {
    await panel.show(pages.scenes.welcome, "dark");
    await panel.page.getByLabel("Thinking effort").selectOption("high");
    await panel.page.locator(".composer .chip").click();
    await settle();
    expect(await sent()).toEqual([
      { type: "setEffort", effort: "high" },
      { type: "setAttachSelection", value: false },
    ]);
    expect(await panel.page.locator(".composer .chip").getAttribute("aria-pressed")).toBe("false");
    expect(await panel.page.getByLabel("Thinking effort").inputValue()).toBe("high");
  });
});

/** A call of the page's stand-in host, as source: many small messages need no round trip each. */
function window_(message) {
  return `window.toPanel(${JSON.stringify(message)})`;
}

describe("the list of chats", () => {
  const rows = () => panel.page.locator(".session-open");
  const search = () => panel.page.getByRole("searchbox", { name: "Search chats" });

  it("is searched as one types, walked with the arrows, and opens a chat", async () => {
    await panel.show(pages.scenes.sessions, "dark");
    expect(await search().evaluate((element) => element === document.activeElement)).toBe(true);
    await panel.page.keyboard.type("cart twice");
    expect(await rows().count()).toBe(1);
    await panel.page.keyboard.press("ArrowDown");
    await panel.page.keyboard.press("Enter");
    expect((await sent()).at(-1)).toEqual({ type: "openSession", id: "c2" });
    await panel.page.locator(".conversation").waitFor();
  });

  it("finds by a word of an answer, and says nothing is found only when that was looked for", async () => {
    await panel.show(pages.scenes.sessions, "dark");
    await panel.page.keyboard.type("zebra");
    const empty = panel.page.locator(".sessions-empty");
    expect(await empty.textContent()).toBe("Searching the answers…");
    await panel.page.waitForFunction(() => window.sent.some(({ type }) => type === "searchSessions"));
    expect((await sent()).at(-1)).toEqual({ type: "searchSessions", query: "zebra" });
    await panel.page.evaluate(window_({ type: "sessionsFound", query: "zebra", ids: [] }));
    await empty.getByText("No chat mentions “zebra”.").waitFor();
    await panel.page.evaluate(window_({ type: "sessionsFound", query: "zebra", ids: ["c2"] }));
    await rows().first().waitFor();
    expect(await rows().count()).toBe(1);
  });

  it("renames with F2, and Escape leaves the name", async () => {
    await panel.show(pages.scenes.sessions, "dark");
    const renaming = panel.page.locator(".session-rename");
    await rows().nth(1).focus();
    await panel.page.keyboard.press("F2");
    await panel.page.keyboard.type("Rounding");
    await panel.page.keyboard.press("Escape");
    await renaming.waitFor({ state: "detached" });
    await panel.page.keyboard.press("F2");
    await renaming.waitFor();
    await panel.page.keyboard.type("Rounding twice");
    await panel.page.keyboard.press("Enter");
    await renaming.waitFor({ state: "detached" });
    const renamed = (await sent()).filter(({ type }) => type === "renameSession");
    expect(renamed).toEqual([{ type: "renameSession", id: "c2", title: "Rounding twice" }]);
    expect(await focused()).toBe("session-open");
    // An answer is under way all the time.
    await panel.page.keyboard.press("Escape");
    await panel.page.locator(".conversation").waitFor();
    expect((await sent()).map(({ type }) => type)).toEqual(["listSessions", "renameSession"]);
  });

  it("leaves the focus where a click put it while a name was written, and Escape closes the list from nowhere", async () => {
    await panel.show(pages.scenes.sessions, "dark");
    await rows().nth(1).focus();
    await panel.page.keyboard.press("F2");
    await panel.page.locator(".session-rename").waitFor();
    await panel.page.getByRole("searchbox").click();
    await rows().nth(1).waitFor();
    expect(await panel.page.getByRole("searchbox").evaluate((field) => field === document.activeElement)).toBe(true);
    await panel.page.evaluate(() => document.activeElement.blur());
    await panel.page.keyboard.press("Escape");
    await panel.page.locator(".conversation").waitFor();
    expect((await sent()).map(({ type }) => type)).toEqual(["listSessions"]);
  });

  it("deletes with a way back, and Escape closes the list without stopping the answer", async () => {
    await panel.show(pages.scenes.sessions, "dark");
    await rows().nth(2).focus();
    await panel.page.keyboard.press("Delete");
    await panel.page.getByRole("button", { name: "Undo" }).click();
    await panel.page.keyboard.press("Escape");
    await panel.page.locator(".conversation").waitFor();
    expect((await sent()).map(({ type }) => type)).toEqual(["listSessions", "deleteSession", "undoDelete"]);
  });
});

describe("versions of a turn", () => {
  /** The scene "versions" with this version of a turn in place of the one with the id `from`. */
  const version = (from, id, number, count) => {
    const state = structuredClone(pages.scenes.versions.state);
    const turn = state.turns.find((one) => one.id === from);
    turn.id = id;
    delete state.versions[from];
    state.versions[id] = { number, count };
    return { type: "state", state };
  };

  it("a question is asked again in other words, and Escape leaves it", async () => {
    await panel.show(pages.scenes.done, "dark");
    const edit = panel.page.getByRole("button", { name: "Edit question" });
    // It has the focus with the next frame.
    const field = panel.page.locator(".edit-question textarea:focus");
    await edit.focus();
    await panel.page.keyboard.press("Enter");
    await field.waitFor();
    await panel.page.keyboard.type(" Really?");
    await panel.page.keyboard.press("Escape");
    await settle();
    expect(await focused()).toContain("question-edit");
    await panel.page.keyboard.press("Enter");
    await field.waitFor();
    await panel.page.getByRole("button", { name: "Cancel" }).click();
    await settle();
    expect(await focused()).toContain("question-edit");
    await edit.click();
    await field.waitFor();
    await panel.page.keyboard.type(" Please.");
    await panel.page.keyboard.press("Enter");
    const { text } = pages.scenes.done.state.turns[0];
    expect(await sent()).toEqual([{ type: "resend", turnId: "c1.0", text: `${text} Please.` }]);
  });

  it("a question that is left while an answer is written gives the focus to the conversation", async () => {
    const { saved } = pages.scenes.editing;
    await panel.show({ ...answering("One."), saved }, "dark");
    await panel.page.locator(".edit-question textarea:focus").waitFor();
    await panel.page.keyboard.press("Escape");
    await settle();
    expect(await focused()).toBe("conversation");
  });

  it("the switch keeps the focus from version to version, and has the other button take it at the end", async () => {
    await panel.show(pages.scenes.versions, "dark");
    const name = () => panel.page.evaluate(() => document.activeElement.getAttribute("aria-label"));
    await panel.page.getByRole("button", { name: "Version before" }).nth(1).focus();
    await send(version("c1.1", "c1.3", 2, 3));
    expect(await name()).toBe("Version before");
    await send(version("c1.1", "c1.2", 1, 3));
    expect(await name()).toBe("Version after");
    await panel.page.keyboard.press("Enter");
    expect((await sent()).at(-1)).toEqual({ type: "switchVersion", turnId: "c1.2", offset: 1 });
    await panel.page.getByRole("button", { name: "Version after" }).first().focus();
    await send(version("c1.0", "c1.4", 2, 2));
    expect(await name()).toBe("Version before");
  });

  it("are walked through, answered again and judged from the keyboard", async () => {
    await panel.show(pages.scenes.versions, "dark");
    const press = async (name, nth = 0) => {
      await panel.page.getByRole("button", { name, exact: true }).nth(nth).focus();
      await panel.page.keyboard.press("Enter");
    };
    expect(await panel.page.getByRole("button", { name: "Version before" }).first().isDisabled()).toBe(true);
    await press("Version after");
    await press("Version before", 1);
    await press("Good answer");
    await press("Bad answer");
    await press("Answer again");
    expect(await sent()).toEqual([
      { type: "switchVersion", turnId: "c1.0", offset: 1 },
      { type: "switchVersion", turnId: "c1.1", offset: -1 },
      { type: "feedback", turnId: "c1.1", thumb: null },
      { type: "feedback", turnId: "c1.1", thumb: "down" },
      { type: "retry", turnId: "c1.1" },
    ]);
  });
});

describe("another page", () => {
  it("takes over what is being typed, and hands on what it looks like", async () => {
    await panel.show(pages.scenes.done, "dark");
    expect(await panel.page.evaluate(() => window.sent[0])).toEqual({ type: "ready", restored: false });
    const view = {
      conversationId: "c1",
      draft: "half a quest",
      thoughts: { "c1.1": true },
      openStats: [],
      place: null,
      sessionsShown: false,
      editing: null,
      references: [{ kind: "problems" }],
    };
    await send({ type: "view", view });
    const question = panel.page.getByRole("textbox", { name: "Question" });
    expect(await question.inputValue()).toBe("half a quest");
    expect(await panel.page.locator(".thought").count()).toBe(1);
    await question.press("End");
    await panel.page.keyboard.type("ion");
    const last = () => panel.page.evaluate(() => window.sent.findLast(({ type }) => type === "saveView")?.view);
    await expect.poll(last).toEqual({ ...view, draft: "half a question" });
  });

  it("is kept at once where something is opened, and what is typed when the panel is left", async () => {
    await panel.show(pages.scenes.done, "dark");
    const question = panel.page.getByRole("textbox", { name: "Question" });
    await question.waitFor();
    // Looked at in the same task: a page that is hidden has no later.
    const thoughts = await panel.page.evaluate(() => {
      document.querySelector(".thinking .disclosure").click();
      return window.saved.thoughts;
    });
    expect(thoughts).toEqual({ "c1.1": true });
    await question.press("w");
    const draft = await panel.page.evaluate(() => {
      window.dispatchEvent(new Event("blur"));
      return window.saved.draft;
    });
    expect(draft).toBe("w");
  });
});

describe("a page that came up badly", () => {
  it("asks again for its state, until it has one", async () => {
    await panel.show({ ...pages.scenes.done, lost: 1 }, "dark");
    await panel.page.getByRole("textbox", { name: "Question" }).waitFor();
    const asked = () => panel.page.evaluate(() => window.sent.filter(({ type }) => type === "ready").length);
    expect(await asked()).toBe(2);
    await panel.page.waitForTimeout(4_000);
    expect(await asked()).toBe(2);
  });

  it("tells what was thrown in it, and what is thrown again and again once", async () => {
    await panel.show(pages.scenes.done, "dark");
    await panel.page.evaluate(() => {
      const spill = () => {
        throw new Error("out of paint");
      };
      for (let i = 0; i < 5; i++) setTimeout(spill);
      Promise.reject(new Error("out of paper"));
    });
    await expect.poll(async () => (await sent()).map(({ detail }) => detail)).toHaveLength(2);
    await panel.page.waitForTimeout(300);
    const details = (await sent()).map(({ detail }) => detail);
    expect(details).toHaveLength(2);
    expect(details).toContainEqual(expect.stringContaining("out of paint"));
    expect(details).toContainEqual(expect.stringContaining("out of paper"));
  });
});

describe("code of an answer", () => {
  it("is proposed as a change of what the question was about", async () => {
    await panel.show(pages.scenes.done, "dark");
    await panel.page.getByRole("button", { name: "Show the code as a change, to apply" }).click();
    const [message] = await sent();
    expect(message).toMatchObject({ type: "proposeCode", turnId: "c1.1" });
    expect(pages.answer).toContain(message.code);
  });
});

describe("what goes with a question", () => {
  const question = () => panel.page.getByRole("textbox", { name: "Question" });
  const file = { kind: "file", uri: "file:///w/src/cart.ts", label: "src/cart.ts" };
  const symbol = { kind: "symbol", uri: file.uri, label: file.label, name: "total", startLine: 3, endLine: 9 };
  /** What is offered; the effort picker has options, too. */
  const offers = () => panel.page.locator(".completions").getByRole("option");
  const asked = async () => (await sent()).filter(({ type }) => type === "ask");

  it("is completed after #, walked and taken with the keys, and goes with the text", async () => {
    await panel.show(pages.scenes.welcome, "dark");
    await question().focus();
    await panel.page.keyboard.type("Why is #t");
    await expect.poll(async () => (await sent()).at(-1)).toEqual({ type: "complete", query: "t" });
    await send({ type: "completions", query: "t", references: [file, symbol] });
    expect(await offers().count()).toBe(2);
    await panel.page.keyboard.press("ArrowUp");
    await settle();
    const active = await question().getAttribute("aria-activedescendant");
    expect(await panel.page.locator(`#${active}`).textContent()).toBe("totaltotal in src/cart.ts");
    await panel.page.keyboard.press("Enter");
    await panel.page.getByRole("button", { name: "Leave out total in src/cart.ts" }).waitFor();
    expect(await question().inputValue()).toBe("Why is ");
    await panel.page.keyboard.type("slow?");
    await panel.page.keyboard.press("Enter");
    expect(await asked()).toEqual([{ type: "ask", text: "Why is slow?", references: [symbol] }]);
    await expect.poll(() => panel.page.getByRole("button", { name: /Leave out/ }).count()).toBe(0);
  });

  it("Escape closes the list and stops nothing; Backspace takes the last one back", async () => {
    await panel.show(pages.scenes.answering, "dark");
    await question().focus();
    await panel.page.keyboard.type("#prob");
    await panel.page.getByRole("option", { name: /problems/ }).waitFor();
    await panel.page.keyboard.press("Escape");
    await expect.poll(() => offers().count()).toBe(0);
    await panel.page.keyboard.type("l");
    await panel.page.getByRole("option", { name: /problems/ }).click();
    const chip = panel.page.getByRole("button", { name: "Leave out problems of the open file" });
    await chip.waitFor();
    expect(await question().inputValue()).toBe("");
    await panel.page.keyboard.press("Backspace");
    await expect.poll(() => chip.count()).toBe(0);
    expect((await sent()).map(({ type }) => type)).not.toContain("stop");
  });

  it("the selection goes along again when it is named", async () => {
    const scene = structuredClone(pages.scenes.welcome);
    scene.state.attachSelection = false;
    await panel.show(scene, "dark");
    await question().focus();
    await panel.page.keyboard.type("#sel");
    await panel.page.getByRole("option", { name: /selection/ }).waitFor();
    await panel.page.keyboard.press("Tab");
    expect((await sent()).at(-1)).toEqual({ type: "setAttachSelection", value: true });
    expect(await question().inputValue()).toBe("");
  });

  it("commands are completed after a leading slash and sent with the text", async () => {
    await panel.show(pages.scenes.welcome, "dark");
    await question().focus();
    await panel.page.keyboard.type("/t");
    await panel.page.getByRole("option", { name: "/tests" }).waitFor();
    // Typed without waiting for a frame: nothing of it may be lost.
    await panel.page.keyboard.press("Enter");
    await panel.page.keyboard.type("for empty carts");
    await panel.page.keyboard.press("Enter");
    expect(await asked()).toEqual([{ type: "ask", text: "/tests for empty carts", references: [] }]);
  });

  it("takes dropped files, and the text of files of other programs", async () => {
    await panel.show(pages.scenes.welcome, "dark");
    const drop = (data, files = []) =>
      panel.page.evaluate(
        ([entries, texts]) => {
          const dataTransfer = new DataTransfer();
          for (const [type, text] of Object.entries(entries)) dataTransfer.setData(type, text);
          for (const [name, text] of texts) dataTransfer.items.add(new File([text], name));
          const init = { dataTransfer, bubbles: true, cancelable: true };
          const composer = document.querySelector(".composer");
          const over = new DragEvent("dragover", init);
          composer.dispatchEvent(over);
          composer.dispatchEvent(new DragEvent("drop", init));
          return over.defaultPrevented;
        },
        [data, files],
      );
    expect(await drop({ "text/plain": "only text" })).toBe(false);
    expect(await drop({ "application/vnd.code.uri-list": "file:///w/a%20b.ts\r\nfile:///w/c.ts" })).toBe(true);
    await panel.page.getByRole("button", { name: "Leave out a b.ts" }).waitFor();
    await panel.page.getByRole("button", { name: "Leave out c.ts" }).waitFor();
    const files = [
      ["log.txt", "one\ntwo\n"],
      ["huge.log", "x".repeat(300_000)],
    ];
    await drop({}, files);
    await panel.page.getByRole("button", { name: "Leave out log.txt, 2 lines" }).waitFor();
    expect((await sent()).at(-1)).toEqual({ type: "tooLarge", names: ["huge.log"] });
  });

  it("code that was copied in an editor goes along when it is pasted; other text is typed", async () => {
    await panel.show(pages.scenes.welcome, "dark");
    await question().focus();
    const paste = (data) =>
      panel.page.evaluate((entries) => {
        const clipboardData = new DataTransfer();
        for (const [type, text] of Object.entries(entries)) clipboardData.setData(type, text);
        const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
        document.activeElement.dispatchEvent(event);
        return event.defaultPrevented;
      }, data);
    expect(await paste({ "text/plain": "a\nb" })).toBe(false);
    expect(await paste({ "text/plain": "a\nb", "vscode-editor-data": JSON.stringify({ mode: "go" }) })).toBe(true);
    await panel.page.getByRole("button", { name: "Leave out pasted code, 2 lines" }).waitFor();
    await panel.page.keyboard.type("Why?");
    await panel.page.keyboard.press("Enter");
    const text = { kind: "text", label: "pasted code", languageId: "go", text: "a\nb" };
    expect(await asked()).toEqual([{ type: "ask", text: "Why?", references: [text] }]);
  });

  it("files that the editor adds stand beside what is there", async () => {
    await panel.show(pages.scenes.references, "dark");
    await send({ type: "focusInput", references: [file] });
    await expect.poll(() => panel.page.getByRole("button", { name: /^Leave out/ }).count()).toBe(5);
    expect(await question().inputValue()).toBe("Why is it slow?");
    expect(await question().evaluate((element) => element === document.activeElement)).toBe(true);
  });
});
