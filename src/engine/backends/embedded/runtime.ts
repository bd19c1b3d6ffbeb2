/** Starts llama.cpp inside this process, on the device asked for, and tells why a device cannot be used. */
import { getLlama, type Llama, LlamaLogLevel } from "node-llama-cpp";
import { HunchError } from "../../../common/errors.ts";
import type { GpuChoice, Notice } from "../../../common/protocol.ts";

export interface Runtime {
  llama: Llama;
  /** "cpu", or the first GPU's name. */
  device: string;
  notices: Notice[];
  /** Lines that llama.cpp logged since the last call, newest last. */
  takeLog(): string[];
}

/** Software renderers that pass for a GPU and are far slower than the CPU kernels. */
const softwareDevice = /llvmpipe|lavapipe|swiftshader|software/i;
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
    llama = await start(false);
  }

  let names = llama.gpu ? await llama.getGpuDeviceNames() : [];
  if (gpu === "auto" && names.length > 0 && names.every((name) => softwareDevice.test(name))) {
    onLog("info", `only a software device was found (${names.join(", ")}): using the CPU`);
    await llama.dispose();
    llama = await start(false);
    names = [];
  }
  const device = names[0] ?? "cpu";
  return { llama, device, notices, takeLog: () => log.splice(0) };
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
