/** The list of chats on the page. In a real browser, on the extension's own page with its policy: needs test/vscode/host/install.sh. */
import { describe, expect, it } from "vitest";
import { focused, openBeforeAll, pages, panel, send, sent, window_ } from "./panelUnderTest.mjs";

openBeforeAll();

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
    const { sessions } = pages.scenes.sessions.messages.at(-1);
    const undoable = sessions[2].id;
    const rest = sessions.filter(({ id }) => id !== undoable);
    await send({ type: "sessions", sessions: rest, undoable });
    await panel.page.getByRole("button", { name: "Undo" }).click();
    await panel.page.keyboard.press("Escape");
    await panel.page.locator(".conversation").waitFor();
    expect((await sent()).map(({ type }) => type)).toEqual(["listSessions", "deleteSession", "undoDelete"]);
  });
});
