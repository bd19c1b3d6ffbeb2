/** The input on the page, and what goes with a question. In a real browser, on the extension's own page with its policy: needs test/vscode/host/install.sh. */
import { describe, expect, it } from "vitest";
import { openBeforeAll, pages, panel, send, sent, settle } from "./panelUnderTest.mjs";

openBeforeAll();

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
