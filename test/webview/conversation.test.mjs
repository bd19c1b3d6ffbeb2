/** A conversation on the page: streams, following the end, long ones, versions of a turn, pages that take over. In a real browser, on the extension's own page with its policy: needs test/vscode/host/install.sh. */
import { describe, expect, it } from "vitest";
import {
  answering,
  append,
  focused,
  openBeforeAll,
  pages,
  panel,
  send,
  sent,
  settle,
  window_,
} from "./panelUnderTest.mjs";

openBeforeAll();

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
    await expect.poll(focused).toContain("question-edit");
    await panel.page.keyboard.press("Enter");
    await field.waitFor();
    await panel.page.getByRole("button", { name: "Cancel" }).click();
    await expect.poll(focused).toContain("question-edit");
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
    await expect.poll(focused).toBe("conversation");
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
