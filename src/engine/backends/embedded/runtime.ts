/** Starts llama.cpp inside this process, on the device asked for, and tells why a device cannot be used. */
import { getLlama, type Llama, LlamaLogLevel } from "node-llama-cpp";
import { HunchError } from "../../../common/errors.ts";
import type { Device, GpuChoice, Notice } from "../../../common/protocol.ts";
import { usableCores } from "../../threads.ts";

export interface Runtime {
  llama: Llama;
  /** "cpu", or the first GPU's name. */
  device: string;
  notices: Notice[];
  /** What it computes on, and what it does not use and why. */
  devices(): Promise<Device[]>;
  /** Lines that llama.cpp logged since the last call, newest last. */
  takeLog(): string[];
}

/** Software renderers that pass for a GPU and are far slower than the CPU kernels. */
const softwareDevice = /llvmpipe|lavapipe|swiftshader|software/i;
const softwareReason = "a software device, slower than the CPU's own kernels";
const keptLogLines = 200;

/** @param threads most threads any pass may use. @throws HunchError backendUnavailable */
export async function startRuntime(
  gpu: GpuChoice,
  threads: number,
  onLog: (level: "warn" | "info", message: string) => void,
): Promise<Runtime> {
  const log: string[] = [];
  const start = (choice: "auto" | false | "vulkan" | "cuda" | "metal") =>
    getLlama({
      gpu: choice,
      build: "never",
      skipDownload: true,
      progressLogs: false,
      maxThreads: threads,
      logLevel: LlamaLogLevel.warn,
      logger: (level, message) => {
        const line = message.trim();
        if (line === "") return;
        log.push(line);
        if (log.length > keptLogLines) log.shift();
        onLog(level === LlamaLogLevel.error || level === LlamaLogLevel.fatal ? "warn" : "info", `llama.cpp: ${line}`);
      },
    });

  const notices: Notice[] = [];
  const unused: Device[] = [];
  let llama: Llama;
  try {
    llama = await start(gpu === "off" ? false : gpu);
  } catch (error) {
    if (gpu === "off") {
      const hint = `There is no build of the runtime for ${process.platform}-${process.arch}, or it was not installed: reinstall Hunch for this platform.`;
      throw new HunchError("backendUnavailable", `The local runtime does not start: ${text(error)}`, {
        hint,
        cause: error,
      });
    }
    const message = `${gpu === "auto" ? "The GPU" : gpu} cannot be used (${text(error)}); running on the CPU.`;
    notices.push({ code: "gpuUnavailable", message });
    unused.push({ kind: "gpu", name: gpu === "auto" ? "GPU" : gpu, available: false, reason: text(error) });
    llama = await start(false);
  }

  let names = llama.gpu ? await llama.getGpuDeviceNames() : [];
  if (gpu === "auto" && names.length > 0 && names.every((name) => softwareDevice.test(name))) {
    onLog("info", `only a software device was found (${names.join(", ")}): using the CPU`);
    unused.push(...names.map((name): Device => ({ kind: "gpu", name, available: false, reason: softwareReason })));
    await llama.dispose();
    llama = await start(false);
    names = [];
  }
  if (names.length === 0 && unused.length === 0)
    unused.push({
      kind: "gpu",
      name: "GPU",
      available: false,
      reason: gpu === "off" ? "switched off" : "none that this runtime can use",
    });
  const device = names[0] ?? "cpu";
  const devices = async (): Promise<Device[]> => {
    const cpu: Device = { kind: "cpu", name: "CPU", available: true, reason: `at most ${threads} threads` };
    if (names.length === 0) return [cpu, ...unused];
    const { total, free } = await llama.getVramState();
    const memory = `${gigabytes(free)} of ${gigabytes(total)} GB free${names.length > 1 ? " on all together" : ""}`;
    return [cpu, ...names.map((name): Device => ({ kind: "gpu", name, available: true, reason: memory })), ...unused];
  };
  return { llama, device, notices, devices, takeLog: () => log.splice(0) };
}

/** Starts a runtime only to see what it finds. Takes a second or two. @throws HunchError backendUnavailable */
export async function probeDevices(onLog: (level: "warn" | "info", message: string) => void): Promise<Device[]> {
  const runtime = await startRuntime("auto", usableCores(), onLog);
  try {
    return await runtime.devices();
  } finally {
    await runtime.llama.dispose();
  }
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(1);
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
