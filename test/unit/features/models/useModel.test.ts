import { describe, expect, it } from "vitest";
import type { SettingKey, Settings } from "../../../../src/common/settings.ts";
import { useModel } from "../../../../src/features/models/useModel.ts";

/** Uses "m"; what was written to the settings, in order, and how often the user was asked. */
async function use(current: Pick<Settings, "backend" | "draftModel">, runHere = false) {
  const written: [SettingKey, unknown][] = [];
  let asked = 0;
  await useModel("m", {
    current,
    update: async (key, value) => {
      written.push([key, value]);
    },
    askToRunHere: async () => {
      asked++;
      return runHere;
    },
  });
  return { written, asked };
}

describe("useModel", () => {
  it.each(["auto", "embedded", "llama-server"] as const)("sets the model, which backend %s runs", async (backend) => {
    expect(await use({ backend, draftModel: "none" })).toEqual({ written: [["model", "m"]], asked: 0 });
  });

  it("takes it from drafting, since a model does not draft for itself", async () => {
    const { written } = await use({ backend: "auto", draftModel: "m" });
    expect(written).toEqual([
      ["draftModel", "none"],
      ["model", "m"],
    ]);
  });

  it("where a server answers: asks, and then runs models here", async () => {
    expect(await use({ backend: "openai", draftModel: "none" }, true)).toEqual({
      written: [
        ["model", "m"],
        ["backend", "auto"],
      ],
      asked: 1,
    });
  });

  it("where the server is to go on answering: changes nothing that would be without effect", async () => {
    expect(await use({ backend: "openai", draftModel: "m" }, false)).toEqual({ written: [], asked: 1 });
  });
});
