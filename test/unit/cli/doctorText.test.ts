import { expect, test } from "vitest";
import { type DoctorReport, isHealthy } from "../../../src/cli/doctor.ts";
import { doctorText } from "../../../src/cli/doctorText.ts";

const report: DoctorReport = {
  type: "doctor",
  node: "v20.20.2",
  platform: "linux",
  architecture: "x64",
  cpu: { model: "A processor", logicalCores: 4, usableCores: 2 },
  memory: { totalBytes: 16e9, availableBytes: 8e9 },
  engine: { works: true, version: "0.1.0", error: null },
  devices: [{ kind: "gpu", name: "vulkan", available: false, reason: "no device found" }],
  sharedEngine: null,
  llamaServer: "/usr/bin/llama-server",
  llamaServerProblem: null,
  store: { path: "/models", freeBytes: 50e9 },
  installed: [{ id: "tiny", path: "/models/tiny.gguf", sizeBytes: 98e6 }],
  models: [
    {
      id: "tiny",
      path: "/models/tiny.gguf",
      sizeBytes: 98e6,
      device: "cpu",
      threads: { free: 2, used: 1 },
      contextSize: 8192,
      kvType: "f16",
      flashAttention: false,
      costCurve: { "1": 1, "2": 1.625, "4": 2.4 },
      passMs: 12.5,
      exactSizes: [1, 2],
      exactLengths: [200, 600],
      maxDifference: { "2": 0, "4": 0.2712, "16": 0.05 },
      thinking: { family: "elicited", native: false },
      backend: { name: "embedded", reason: "nothing in the model's file needs another" },
    },
    { id: "other", error: { code: "notGguf", message: "It is no GGUF file.", hint: "Choose another." } },
  ],
};

test("a report for people", () => {
  expect(doctorText(report)).toMatchInlineSnapshot(`
    "Node         v20.20.2, linux x64
    Processor    A processor, 4 logical cores, 2 usable
    Memory       8.00 GB available of 16.0 GB
    Models       /models, 50.0 GB free
                 tiny, 98.0 MB
    Engine       works, version 0.1.0
    Device       vulkan: not available (no device found)
    Shared       no engine is shared now; the setting hunch.sharedEngine and ask --shared use one
    llama-server /usr/bin/llama-server

    Model        tiny, 98.0 MB
    Backend      embedded, because nothing in the model's file needs another
    Runs on      cpu, 1 of 2 free cores, 80.0 tok/s without speculation
    Context      8192 tokens, KV cache f16
    Cost curve   1: 1.00  2: 1.63  4: 2.40
                 time of a pass over n tokens, relative to one
    Exact sizes  1, 2
                 tokens a pass whose result equals plain decoding bit by bit; strict mode uses these
                 logits of other passes are off by at most  4: 0.27  16: 0.050
    Thinking     not trained to think; it is asked to

    Model        other does not work
                 It is no GGUF file.
                 Choose another.
    "
  `);
  expect(isHealthy(report)).toBe(false);
  expect(isHealthy({ ...report, models: report.models.slice(0, 1) })).toBe(true);
});

test("what it quotes comes without control characters", () => {
  const error = { code: "backendFailed", message: "It says: \x1b]0;t\x07", hint: "" } as const;
  const text = doctorText({ ...report, models: [{ id: "far", error }] });
  expect(text).toContain("It says: ]0;t\n");
  expect(text).not.toContain("\x1b");
});

test("of a server elsewhere only what can be seen of it", () => {
  const [model] = report.models;
  if (!model || "error" in model) throw new Error("The first model of the sample works.");
  const text = doctorText({
    ...report,
    models: [
      {
        ...{ ...model, id: "served", sizeBytes: 0, device: "server gpu:8000", threads: { free: 1, used: 1 } },
        ...{ costCurve: {}, passMs: null, exactSizes: [], exactLengths: [], maxDifference: {} },
        backend: { name: "openai", reason: null },
      },
    ],
  });
  expect(text.slice(text.indexOf("Model  "))).toMatchInlineSnapshot(`
    "Model        served
    Backend      openai
    Runs on      server gpu:8000
    Context      8192 tokens
    Thinking     not trained to think; it is asked to
    "
  `);
});

test("nothing installed and an engine that does not start", () => {
  const error = { code: "engineStartFailed", message: "The engine could not be started.", hint: "Look." } as const;
  const text = doctorText({
    ...report,
    llamaServer: null,
    engine: { works: false, version: null, error },
    devices: [],
    installed: [],
    models: [],
    store: { path: "/models", freeBytes: null },
  });
  expect(text).toContain("none yet; `hunch models list`");
  expect(text).toMatch(
    /Engine +does not work\n +The engine could not be started\.\n +Look\.\nShared +no engine is shared now.*\nllama-server none; `hunch llama-server install` gets one/,
  );
  expect(text).toContain("free space unknown");
});

test("a llama-server that is named and can not be started", () => {
  const text = doctorText({ ...report, llamaServer: null, llamaServerProblem: "/x is no program." });
  expect(text).toContain("llama-server /x is no program.\n");
});

test("a shared engine: what it holds and for how many; of one of another version only that it is there", () => {
  const status = { pid: 7, clients: 2, model: null, queueLength: 0, residentBytes: 1_476e6 };
  const text = doctorText({ ...report, sharedEngine: { pid: 7, version: "0.1.0", status } });
  expect(text).toContain("Shared       process 7, 2 programs, no model, 1.48 GB in memory");
  const other = doctorText({ ...report, sharedEngine: { pid: 7, version: "0.2.0", status: null } });
  expect(other).toContain("Shared       an engine of version 0.2.0 is shared, process 7");
});
