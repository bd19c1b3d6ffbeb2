import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { crashError, lastWords, type Phase } from "../../../src/client/crash.ts";
import { gpuFailureIn } from "../../../src/client/gpuTrust.ts";
import { LastLines } from "../../../src/client/lastLines.ts";

/** What an engine on an H100 said whose driver could not translate the PTX; "llama.cpp: …" came by the log. */
const cuda = readFileSync(new URL("cudaCrash.txt", import.meta.url), "utf8")
  .trim()
  .split("\n");
const reason =
  "/build/ggml-cuda/ggml-cuda.cu:108: CUDA error | CUDA error: the provided PTX was compiled with an unsupported toolchain.";

function heard(lines: readonly string[]): LastLines {
  const last = new LastLines();
  for (const line of lines)
    if (line.startsWith("llama.cpp: ")) last.logged("warn", line, 0);
    else last.printed(line);
  return last;
}

const aborted = { code: null, signal: "SIGABRT", expected: false } as const;
const hintOf = (phase: Phase, line: string, leavesGpu = false) => crashError(phase, aborted, [line], leavesGpu).hint;

test("the last words are the driver's reason, without the frames of the native stack and their telling names", () => {
  expect(lastWords(heard(cuda).before(1))).toBe(reason);
  const onlyPrinted = cuda.filter((line) => !line.startsWith("llama.cpp: "));
  expect(lastWords(onlyPrinted)).toBe("/build/ggml-cuda/ggml-cuda.cu:108: CUDA error");
  expect(gpuFailureIn(lastWords(onlyPrinted))).toBe("driver");
});

test("a native stack deeper than what is kept, with names longer than what is kept, does not push out the reason", () => {
  const frame = `/runtime/libllama.so(_ZN${"13llama_context".repeat(40)}_memory_error+0x1)[0x7f0f]`;
  expect(lastWords(heard([...cuda, ...Array(100).fill(frame)]).before(1))).toBe(reason);
});

test("what both standard error and the log have is quoted once", () => {
  const line = "CUDA error: out of memory";
  expect(lastWords(heard(["GGML_ASSERT(false) failed", line, `llama.cpp: ${line}`]).before(1))).toBe(
    `GGML_ASSERT(false) failed | ${line}`,
  );
});

test("of the log only llama.cpp's warnings of the last moments count", () => {
  const last = new LastLines();
  last.logged("warn", "llama.cpp: failed to allocate Vulkan0 buffer", 0);
  last.logged("info", "llama.cpp: an error that is none", 100_000);
  last.logged("warn", "channel: error", 100_000);
  expect(last.before(100_000)).toEqual([]);
  last.logged("error", "llama.cpp: device lost", 100_000);
  expect(last.before(100_001)).toEqual(["device lost"]);
});

test.each([
  ["CUDA error: an illegal memory access was encountered", "driver"],
  ["terminate called after throwing an instance of 'vk::DeviceLostError'", "driver"],
  ["ggml_vulkan: Device memory allocation of size 1073741824 failed.", "memory"],
  ["vk::Device::allocateMemory: ErrorOutOfDeviceMemory", "memory"],
  ["ggml_backend_cuda_buffer_type_alloc_buffer: allocating 1 MiB on device 0: cudaMalloc failed", "memory"],
  ["CUDA error: out of memory", "memory"],
  ["ggml_backend_cpu_buffer_type_alloc_buffer: failed to allocate buffer of size 9999999999", null],
  ["GGML_ASSERT(false) failed", null],
])("%s: a failure of the GPU: %s", (words, failure) => {
  expect(gpuFailureIn(words)).toBe(failure);
});

test("the hint after a failure of the GPU names its driver or its memory, and the way to the processor", () => {
  const prefill = hintOf("prefill", reason);
  expect(prefill).toMatch(/driver failed.*--gpu off.*hunch\.gpu/);
  expect(prefill).not.toMatch(/kept|less code|memory/);
  expect(hintOf("answering", reason)).toMatch(/^The text so far is kept\. The GPU's driver failed.*--gpu off/);
  expect(hintOf("loading", "CUDA error: out of memory")).toMatch(/GPU's memory ran out.*smaller context.*--gpu off/);
  expect(hintOf("thinking", reason, true)).toMatch(/kept.*run on the processor now, until you restart the engine/);
  expect(hintOf("prefill", "GGML_ASSERT(false) failed")).toMatch("less code");
});
