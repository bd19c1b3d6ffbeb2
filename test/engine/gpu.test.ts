/** The GPU's way: found, used for what fits, and left when its memory is too small, without the question being lost. */
import { join } from "node:path";
import { afterEach, describe, expect, inject, it, vi } from "vitest";
import type { LoadParams } from "../../src/common/protocol.ts";
import { EmbeddedBackend } from "../../src/engine/backends/embedded/embeddedBackend.ts";
import { GpuMemoryError, openOffloaded } from "../../src/engine/backends/embedded/offload.ts";
import { type Runtime, startRuntime } from "../../src/engine/backends/embedded/runtime.ts";
import { StateFolder } from "../../src/engine/stateFolder.ts";
import { greedy, TestEngine } from "./support/engine.ts";
import { softwareVulkan } from "./support/softwareVulkan.ts";

vi.mock("../../src/engine/backends/embedded/runtime.ts", async (original) => {
  const real = await original<typeof import("../../src/engine/backends/embedded/runtime.ts")>();
  return { ...real, startRuntime: vi.fn(real.startRuntime) };
});

const text = "The capital of France is";

type LoadOptions = Parameters<Runtime["llama"]["loadModel"]>[0];

describe("a GPU whose memory is too small", () => {
  const options = { contextSize: 512, kvType: "f16", flashAttention: true, threads: 1 } as const;
  const ref = () => ({ id: "smol", path: inject("smolPath") });

  /** A runtime on the CPU that passes for a GPU with room for so many layers: what does not fit is refused as ggml does. */
  async function runtimeWithRoomFor(layers: number, asked: unknown[]): Promise<Runtime> {
    const runtime = await startRuntime("off", 1, () => {});
    const loadModel = async ({ gpuLayers, ...rest }: LoadOptions) => {
      asked.push(gpuLayers);
      const wanted = typeof gpuLayers === "object" ? (gpuLayers.max ?? 31) : 31;
      if (wanted > layers) throw new Error("vk::Device::allocateMemory: ErrorOutOfDeviceMemory");
      const model = await runtime.llama.loadModel({ ...rest, gpuLayers: 0 });
      return Object.defineProperty(model, "gpuLayers", { value: wanted });
    };
    const llama = new Proxy(runtime.llama, {
      get: (target, key) => {
        if (key === "gpu") return "vulkan";
        if (key === "loadModel") return loadModel;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    return { ...runtime, llama, device: "Tiny GPU" };
  }

  const fitContext = { contextSize: 512 };

  it("gets fewer layers than were estimated, and that is said", async () => {
    const asked: unknown[] = [];
    const runtime = await runtimeWithRoomFor(8, asked);
    const opened = await openOffloaded(runtime, ref(), options);
    expect(asked).toEqual([{ fitContext }, { max: 15, fitContext }, { max: 7, fitContext }]);
    expect(opened.notices).toMatchObject([{ code: "gpuMemory" }]);
    expect(opened.notices[0]!.message).toContain("The memory of Tiny GPU holds 7 of the 31 layers");
    await opened.sequence.evaluate([504, 3575], 1);
    expect((await opened.sequence.candidates(0, 1)).tokens).toHaveLength(1);
    await opened.dispose();
    await runtime.llama.dispose();
  });

  it("gets none when not even a quarter fits: the error says so, and what to do", async () => {
    const runtime = await runtimeWithRoomFor(3, []);
    const error = await openOffloaded(runtime, ref(), options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(GpuMemoryError);
    expect(error).toMatchObject({ code: "outOfMemory", message: "smol does not fit into the memory of Tiny GPU." });
    await runtime.llama.dispose();
  });

  it("is left for the CPU, and the question is answered there", async () => {
    const real = vi.mocked(startRuntime).getMockImplementation()!;
    vi.mocked(startRuntime).mockImplementation(async (gpu, ...rest) =>
      gpu === "off" ? real(gpu, ...rest) : runtimeWithRoomFor(0, []),
    );
    const load: LoadParams = {
      target: ref(),
      draft: null,
      ...{ contextSize: 512, kvType: "auto", threads: 1, gpu: "auto", strict: false },
    };
    const { signal } = new AbortController();
    const log: string[] = [];
    const backend = await EmbeddedBackend.load(load, new StateFolder(join(inject("scratch"), "gpu"), () => {}), {
      onProgress: () => {},
      log: (level, message) => log.push(`${level} ${message}`),
      signal,
    });
    vi.mocked(startRuntime).mockImplementation(real);
    expect(backend.info).toMatchObject({ device: "cpu", gpuLayers: 0, flashAttention: false });
    expect(backend.info.notices).toMatchObject([{ code: "gpuMemory", message: expect.stringContaining("on the CPU") }]);
    expect(log).toContain("warn smol does not fit into the memory of Tiny GPU.");
    const generation = await backend.generation(
      {
        generationId: "gpu",
        conversationId: "gpu",
        prompt: { kind: "raw", text },
        sampling: greedy,
        maxTokens: 3,
        controls: { budget: null, loopGuard: false, earlyExit: "off" },
        speculation: "off",
        onContextFull: "stop",
      },
      { emit: () => {}, signal, queueMs: 0 },
    );
    expect((await generation.run()).answer).toContain("Paris");
    await backend.dispose();
  });

  it("does not hide an error of another kind", async () => {
    const runtime = await runtimeWithRoomFor(31, []);
    const missing = { id: "missing", path: `${inject("scratch")}/missing.gguf` };
    await expect(openOffloaded(runtime, missing, options)).rejects.toMatchObject({ code: "modelNotFound" });
    await runtime.llama.dispose();
  });
});

const vulkan = softwareVulkan();
const reason = "missing" in vulkan ? ` (not run: ${vulkan.missing})` : "";

describe.skipIf("missing" in vulkan)(`a Vulkan device in software${reason}`, () => {
  let engine: TestEngine | null = null;
  afterEach(async () => {
    await engine?.stop();
    engine = null;
  });
  const start = async () => {
    if ("missing" in vulkan) throw new Error(vulkan.missing);
    engine = await TestEngine.start(undefined, vulkan.env);
    return engine;
  };

  it("is found, and left alone where it was not asked for by name: the CPU is faster", async () => {
    const { client } = await start();
    const { devices } = await client.status();
    expect(devices).toContainEqual({
      kind: "gpu",
      name: expect.stringContaining("llvmpipe"),
      available: false,
      reason: expect.stringContaining("software device"),
    });
    const info = await engine!.load({ path: inject("smolPath"), gpu: "auto", contextSize: 512 });
    expect(info).toMatchObject({ device: "cpu", gpuLayers: 0 });
  });

  it("computes all layers when it is asked for, and says what the CPU says", async () => {
    await start();
    const load = { path: inject("smolPath"), contextSize: 512 };
    await engine!.load({ ...load, gpu: "off" });
    const expected = await engine!.ask({ text, maxTokens: 3, speculation: "off" });
    const info = await engine!.load({ ...load, gpu: "vulkan" });
    expect(info).toMatchObject({ device: expect.stringContaining("llvmpipe"), gpuLayers: 31, flashAttention: true });
    const { answer } = await engine!.ask({ text, maxTokens: 3, speculation: "off" });
    expect(answer).toBe(expected.answer);
  });
});
