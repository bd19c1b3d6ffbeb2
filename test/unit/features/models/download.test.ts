/** What a download that took its time does to the model that answers. */
import { expect, test, vi } from "vitest";
import { HunchError } from "../../../../src/common/errors.ts";
import type { Ctx } from "../../../../src/host/ctx.ts";

vi.mock("vscode", () => ({
  ProgressLocation: {},
  window: {
    withProgress: (_: object, work: (progress: object, cancel: object) => unknown) =>
      work({}, { onCancellationRequested: () => ({ dispose: () => {} }) }),
  },
}));

const { downloadToAnswer, downloadToUse } = await import("../../../../src/features/models/download.ts");

interface Chosen {
  backend: "auto" | "openai";
  model: string;
}

/**
 * The models "a" and "b", of which "b" is fetched; nothing is here but what is named.
 * @param meanwhile what the user does during the download
 */
function downloading(
  chosen: Chosen,
  here: string[],
  meanwhile: () => void = () => {},
  download = downloadToAnswer,
): Promise<boolean> {
  const current = () => {
    const isServers = chosen.backend === "openai";
    const id = isServers ? "server" : chosen.model;
    return { id, name: id, installed: isServers || here.includes(id) };
  };
  const models = {
    choices: [],
    refresh: async () => current(),
    onDownload: () => ({ dispose: () => {} }),
    startDownload: async (id: string) => {
      meanwhile();
      here.push(id);
    },
  };
  const settings = {
    get current() {
      return { ...chosen };
    },
  };
  return download({ models, settings } as unknown as Ctx, "b");
}

test("the first model that is here is to answer", async () => {
  expect(await downloading({ backend: "auto", model: "a" }, [])).toBe(true);
  expect(await downloading({ backend: "auto", model: "b" }, [])).toBe(true);
});

test("with another here, or a server, it is not", async () => {
  expect(await downloading({ backend: "auto", model: "a" }, ["a"])).toBe(false);
  expect(await downloading({ backend: "openai", model: "a" }, [])).toBe(false);
});

test("nor where the user chose another meanwhile, here or still to be fetched, or a server", async () => {
  for (const here of [["c"], []]) {
    const chosen: Chosen = { backend: "auto", model: "a" };
    expect(await downloading(chosen, here, () => Object.assign(chosen, { model: "c" }))).toBe(false);
  }
  const chosen: Chosen = { backend: "auto", model: "a" };
  expect(await downloading(chosen, [], () => Object.assign(chosen, { backend: "openai" }))).toBe(false);
  const here: string[] = [];
  expect(await downloading({ backend: "auto", model: "a" }, here, () => void here.push("a"))).toBe(false);
});

test("nor where the download was stopped", async () => {
  const stop = () => {
    throw new HunchError("cancelled", "");
  };
  expect(await downloading({ backend: "auto", model: "a" }, [], stop)).toBe(false);
});

test("a model that was fetched to be used is, whatever is here, unless another or a server was chosen meanwhile", async () => {
  const use = (meanwhile: Partial<Chosen>, backend: Chosen["backend"] = "auto") => {
    const chosen: Chosen = { backend, model: "a" };
    return downloading(chosen, ["a"], () => Object.assign(chosen, meanwhile), downloadToUse);
  };
  expect(await use({})).toBe(true);
  expect(await use({}, "openai")).toBe(true);
  expect(await use({ model: "c" })).toBe(false);
  expect(await use({ backend: "openai" })).toBe(false);
});
