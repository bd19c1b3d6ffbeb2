/** Which model the settings name, and where what is asked goes. */
import { afterEach, expect, it, vi } from "vitest";
import { Emitter } from "../../../src/common/emitter.ts";
import { readSettings, type SettingKey, type Settings } from "../../../src/common/settings.ts";
import type { Log } from "../../../src/host/log.ts";
import type { SettingsReader } from "../../../src/host/settings.ts";
import { temporaryFolder } from "../models/support/folder.ts";

vi.mock("vscode", async () => ({
  ...(await import("./eventEmitter.ts")),
}));

const { Models } = await import("../../../src/host/models.ts");

afterEach(() => vi.unstubAllEnvs());

function modelsOf(chosen: Partial<Settings>) {
  vi.stubEnv("HUNCH_MODELS", temporaryFolder());
  const { settings: current } = readSettings((key) => chosen[key]);
  const settings = { current, onDidChange: new Emitter<SettingKey[]>().on };
  return new Models(settings as unknown as SettingsReader, {} as Log);
}

it.each([
  ["https://api.example.com/v1", "api.example.com"],
  ["http://gpu:8000", "gpu:8000"],
  ["http://gpu:8000, http://localhost:8000 http://gpu2:8000", "gpu:8000, gpu2:8000"],
  ["http://127.0.0.1:8000", ""],
  ["http://[::1]:8000 http://localhost", ""],
  ["no address", ""],
])("with the server %s what is asked is sent to “%s”", async (endpoint, sentTo) => {
  const models = modelsOf({ backend: "openai", endpoint, serverModel: "m" });
  expect(models.current).toEqual({ id: "m", name: "m", installed: true, sentTo });
  expect(await models.refresh()).toMatchObject({ sentTo });
});

it("knows a model of the catalogue whose id is written in other letters", async () => {
  const models = modelsOf({ model: "Qwen2.5-Coder-1.5B" });
  const { id, name } = await models.refresh();
  expect({ id, name }).toEqual({ id: "qwen2.5-coder-1.5b", name: "Qwen2.5-Coder 1.5B Instruct" });
  expect(models.choices.map((choice) => choice.id)).toContain(id);
});

it("without a server it stays here, whatever address is in the settings", async () => {
  const models = modelsOf({ endpoint: "http://gpu:8000" });
  expect(models.current.sentTo).toBe("");
  expect(await models.refresh()).toMatchObject({ installed: false, sentTo: "" });
});
