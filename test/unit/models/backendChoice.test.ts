import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { SpeculationMode } from "../../../src/common/protocol.ts";
import { automaticBackend } from "../../../src/models/automaticBackend.ts";
import { readGguf } from "../../../src/models/gguf.ts";
import { type LlamaServerHere, llamaServerHere } from "../../../src/models/llamaServer/find.ts";
import { writeArchitecture } from "../../support/architectures.ts";
import type { Architecture, ArchitectureOptions } from "../../support/modelBuilder.ts";
import { temporaryFolder } from "./support/folder.ts";

const program = "/usr/bin/llama-server";

function file(architecture: Architecture, options: ArchitectureOptions = {}) {
  const path = join(temporaryFolder(), `${architecture}.gguf`);
  writeArchitecture(path, architecture, options);
  return { id: architecture, path };
}

const choose = (
  target: Architecture,
  o: {
    draft?: Architecture;
    speculation?: SpeculationMode;
    here?: LlamaServerHere;
    options?: ArchitectureOptions;
  } = {},
) =>
  automaticBackend(
    file(target, o.options),
    o.draft ? file(o.draft) : null,
    o.speculation ?? "auto",
    o.here ?? { program, problem: null },
  );

describe("what runs a model is chosen from its file", () => {
  it("an ordinary model: Hunch's own decoder", async () => {
    const choice = await choose("llama");
    expect(choice.server).toBeUndefined();
    expect(choice.backendReason).toContain("nothing");
  });

  it.each(["deepseek2", "glm4moe"] satisfies Architecture[])(
    "%s with prediction layers: llama-server",
    async (architecture) => {
      expect(await choose(architecture)).toMatchObject({
        server: { kind: "llamaServer", program, speculation: "auto" },
        backendReason: expect.stringContaining("MTP"),
      });
    },
  );

  it("without them, or where they are not to be used: its own", async () => {
    expect((await choose("deepseek2", { options: { predictionLayers: 0 } })).server).toBeUndefined();
    for (const speculation of ["off", "suffix", "strict"] satisfies SpeculationMode[])
      expect((await choose("glm4moe", { speculation })).server).toBeUndefined();
  });

  it("a cache that can not drop tokens: llama-server, but not in strict mode", async () => {
    const choice = await choose("qwen35", { speculation: "off" });
    expect(choice).toMatchObject({ server: { program }, backendReason: expect.stringContaining("drop") });
    expect((await choose("qwen35", { speculation: "strict" })).server).toBeUndefined();
  });

  it.each(["eagle3", "dflash"] satisfies Architecture[])("%s as the draft model: llama-server", async (draft) => {
    expect((await choose("llama", { draft })).backendReason).toContain(draft);
    expect((await choose("llama", { draft, speculation: "suffix" })).server).toBeUndefined();
    expect((await choose("llama", { draft: "llama" })).server).toBeUndefined();
  });

  it("where there is no llama-server, that is the reason", async () => {
    const choice = await choose("deepseek2", { here: { program: null, problem: null } });
    expect(choice.server).toBeUndefined();
    expect(choice.backendReason).toMatch(/no llama-server.*MTP/);
  });

  it("where the one that is named can not be started, that is the reason, and nobody is sent to get another", async () => {
    const here = llamaServerHere("/no/such/program", {});
    const choice = await choose("deepseek2", { here });
    expect(choice.server).toBeUndefined();
    expect(choice.backendReason).toMatch(/hunch\.llamaServer\.path.*MTP.*: \/no\/such\/program is no program.*\)$/);
    expect(choice.backendReason).not.toMatch(/no llama-server here|Get llama-server/);
    expect((await choose("llama", { here })).backendReason).toContain("nothing");
  });
});

it("the header tells of prediction layers and of a recurrent state", async () => {
  expect(await readGguf(file("qwen35").path)).toMatchObject({ predictionLayers: 1, hasRecurrentState: true });
  expect(await readGguf(file("llama").path)).toMatchObject({ predictionLayers: 0, hasRecurrentState: false });
});
