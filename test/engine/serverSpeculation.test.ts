/**
 * What llama-server guesses ahead with, through our backend and with its counts in our figures: the model's own prediction
 * layers (MTP), EAGLE-3, DFlash and DSpark heads. Where there is no llama-server these tests are skipped and say so.
 */
import { join } from "node:path";
import { afterAll, describe, expect, inject, it } from "vitest";
import type { LlamaServer, SpeculationMode } from "../../src/common/protocol.ts";
import { acceptanceRate } from "../../src/common/stats.ts";
import { writeArchitecture } from "../support/architectures.ts";
import type { Architecture, ArchitectureOptions } from "../support/modelBuilder.ts";
import { TestEngine } from "./support/engine.ts";
import { llamaServer, llamaServerMissing } from "./support/llamaServer.ts";

function model(architecture: Architecture, options: ArchitectureOptions = {}): string {
  const path = join(inject("scratch"), `${architecture}${JSON.stringify(options).replace(/\W+/g, "-")}.gguf`);
  writeArchitecture(path, architecture, options);
  return path;
}

describe.skipIf(llamaServer === null)(`llama-server's speculation${llamaServerMissing}`, () => {
  let engine: TestEngine | null = null;
  afterAll(() => engine?.stop());

  async function load(path: string, draft: string | null = null, speculation: SpeculationMode = "auto") {
    engine ??= await TestEngine.start();
    const server: LlamaServer = { kind: "llamaServer", program: llamaServer ?? "", speculation };
    await engine.load({ path, draft: draft ? { id: "head", path: draft } : null, threads: 1, server });
    return engine;
  }

  it.each(["deepseek2", "glm4moe", "qwen35"] satisfies Architecture[])(
    "MTP on %s: all that the layer guesses of the script is right, and some where it is spoilt",
    async (architecture) => {
      const ask = async (options: ArchitectureOptions) => (await load(model(architecture, options))).ask();
      const result = await ask({});
      expect([result.thinking, result.answer]).toEqual([numbered("t", 200), numbered("a", 40)]);
      expect(result.stats.draftedTokens).toBeGreaterThan(100);
      expect(acceptanceRate(result.stats)).toBeGreaterThan(0.95);
      expect(result.stats.byDrafter.draft).toMatchObject({ acceptedTokens: result.stats.acceptedTokens });
      expect(result.stats.tokensPerPass).toBeGreaterThan(2);
      const spoilt = await ask({ noise: 2 });
      expect([spoilt.thinking, spoilt.answer]).toEqual([result.thinking, result.answer]);
      expect(acceptanceRate(spoilt.stats)).toBeLessThan(0.8);
      expect(spoilt.stats.acceptedTokens).toBeGreaterThan(0);
    },
  );

  it.each(["deepseek2", "glm4moe", "qwen35"] satisfies Architecture[])(
    "MTP on %s with random weights: the text is that without it",
    async (architecture) => {
      const path = model(architecture, { alpha: 2 });
      const ask = async (speculation: SpeculationMode) =>
        (await load(path, null, speculation)).ask({ text: "Once upon a time", maxTokens: 64 });
      const plain = await ask("off");
      const drafted = await ask("auto");
      expect(drafted.answer).toBe(plain.answer);
      expect([plain.stats.draftedTokens, drafted.stats.draftedTokens > 0]).toEqual([0, true]);
    },
  );

  it("EAGLE-3 on llama: drafts and what was accepted of them", async () => {
    const result = await (await load(model("llama"), model("eagle3"))).ask();
    expect([result.thinking, result.answer]).toEqual([numbered("t", 200), numbered("a", 40)]);
    expect(result.model.draft).toMatchObject({ id: "head" });
    expect(result.stats.acceptedTokens).toBeGreaterThan(50);
    expect(result.stats.draftedTokens).toBeGreaterThan(result.stats.acceptedTokens);
  });

  it("EAGLE-3 for a model that can not have it (deepseek2): it is refused, said, and the answer comes without", async () => {
    const started = await load(model("deepseek2"), model("eagle3"));
    const result = await started.ask();
    expect(result.model.notices).toContainEqual(expect.objectContaining({ code: "speculationRefused" }));
    expect(result.answer).toBe(numbered("a", 40));
  });

  it("a llama-server that Hunch chose and that does not work costs the answer nothing", async () => {
    const own = await TestEngine.start();
    const server: LlamaServer = { kind: "llamaServer", program: "/bin/false", speculation: "auto" };
    const info = await own.load({ path: model("deepseek2"), threads: 1, server, backendReason: "of a test" });
    const result = await own.ask();
    await own.stop();
    expect(info).toMatchObject({ device: "cpu", backendReason: "of a test" });
    expect(info.notices).toMatchObject([{ code: "llamaServerRefused" }]);
    expect(result.answer).toBe(numbered("a", 40));
  });

  it("DFlash on a text that stays the same, DSpark on the script", async () => {
    const same = await (await load(model("llama", { stay: true }), model("dflash"))).ask({ maxTokens: 64 });
    expect(acceptanceRate(same.stats)).toBeGreaterThan(0.3);
    const script = await (await load(model("llama"), model("dspark"))).ask();
    expect(script.answer).toBe(numbered("a", 40));
    expect(acceptanceRate(script.stats)).toBeGreaterThan(0.95);
  });
});

function numbered(letter: string, count: number): string {
  return Array.from({ length: count }, (_, i) => `${letter}${i}`).join(" ");
}
