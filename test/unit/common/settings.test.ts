import { describe, expect, it } from "vitest";
import { readSettings, type SettingKey, settingDefinitions, settingKeys } from "../../../src/common/settings.ts";

const read = (values: Partial<Record<SettingKey, unknown>>) => readSettings((key) => values[key]);

describe("readSettings", () => {
  it("gives every default when nothing is set", () => {
    const { settings, problems } = read({});
    expect(problems).toEqual([]);
    expect(settings).toEqual(Object.fromEntries(settingKeys.map((key) => [key, settingDefinitions[key].default])));
  });

  it("takes values that fit", () => {
    const { settings, problems } = read({ threads: 4, temperature: 0.7, gpu: "vulkan", showTokenOrigins: true });
    expect(problems).toEqual([]);
    expect(settings).toMatchObject({ threads: 4, temperature: 0.7, gpu: "vulkan", showTokenOrigins: true });
  });

  it.each<[SettingKey, unknown, RegExp]>([
    ["effort", "enormous", /hunch\.effort takes one of auto, off/],
    ["threads", 0, /hunch\.threads takes a whole number from 1 to 512, or null/],
    ["threads", 1.5, /whole number/],
    ["temperature", "hot", /hunch\.temperature takes a number from 0 to 2/],
    ["temperature", Number.NaN, /a number from 0 to 2/],
    ["idleUnloadMinutes", null, /takes a number from 0 to 1440, not null/],
    ["showTokenOrigins", "yes", /takes true or false/],
    ["model", 7, /hunch\.model takes a text, not 7/],
  ])("names %s when its value is %j, and uses the default", (key, value, message) => {
    const { settings, problems } = read({ [key]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ key, message: expect.stringMatching(message) });
    expect(settings[key]).toBe(settingDefinitions[key].default);
  });

  it("takes an empty model for the default, and blanks around a path away", () => {
    expect(read({ model: "  " }).settings.model).toBe(settingDefinitions.model.default);
    expect(read({ model: " /models/a.gguf " }).settings.model).toBe("/models/a.gguf");
  });

  it("takes a model's id in any letters for the catalogue's, and leaves those of a path", () => {
    const ids = read({ model: " Qwen2.5-Coder-1.5B", draftModel: "None" });
    expect(ids.settings).toMatchObject({ model: "qwen2.5-coder-1.5b", draftModel: "none" });
    const paths = { model: "/Models/A.gguf", draftModel: "C:\\Models\\B.GGUF" };
    expect(read(paths).settings).toMatchObject(paths);
  });
});
