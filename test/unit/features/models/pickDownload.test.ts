/** What the list of models to download offers, over files on the disk. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test, vi } from "vitest";
import type { Ctx } from "../../../../src/host/ctx.ts";
import { ModelStore } from "../../../../src/models/store.ts";
import { temporaryFolder } from "../../models/support/folder.ts";
import { modelOf, testContent } from "../../models/support/model.ts";

const shown = vi.hoisted(() => ({ items: [] as { id: string; description: string }[], messages: [] as string[] }));

vi.mock("vscode", () => ({
  window: {
    showQuickPick: async (items: typeof shown.items) => {
      shown.items = items;
      return items[0];
    },
    showInformationMessage: async (message: string) => void shown.messages.push(message),
  },
}));

const { pickDownload } = await import("../../../../src/features/models/pickDownload.ts");

const content = testContent(1_000);
const settings = { current: { model: "here" } };

async function pick(store: ModelStore): Promise<string | null> {
  const installed = new Set((await store.installed()).map(({ model }) => model.id));
  const choices = store.models.map(({ id, name }) => ({
    id,
    name,
    sizeBytes: content.length,
    licence: "MIT",
    installed: installed.has(id),
  }));
  return pickDownload({ models: { choices, store: async () => store }, settings } as unknown as Ctx);
}

test("what is not here, and what a check found damaged", async () => {
  const models = [modelOf(content, { id: "other" }), modelOf(content, { id: "here" })];
  const store = new ModelStore({ folder: temporaryFolder(), models });
  const path = store.path(models[1]!);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  expect(await pick(store)).toBe("other");
  expect(shown.items.map(({ id }) => id)).toEqual(["other"]);

  writeFileSync(path, Buffer.alloc(content.length));
  await expect(store.resolve("here")).rejects.toMatchObject({ code: "checksumMismatch" });
  expect(await pick(store)).toBe("here");
  expect(shown.items.map(({ id }) => id)).toEqual(["here", "other"]);
  expect(shown.items[0]?.description).toMatch(/the one in your settings · damaged/);
});

test("nothing, where all are here and whole", async () => {
  const model = modelOf(content, { id: "here" });
  const store = new ModelStore({ folder: temporaryFolder(), models: [model] });
  mkdirSync(dirname(store.path(model)), { recursive: true });
  writeFileSync(store.path(model), content);
  await store.verify(model);
  expect(await pick(store)).toBeNull();
  expect(shown.messages).toEqual([expect.stringContaining("All models")]);
});
