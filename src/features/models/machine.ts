/** What this machine has for a model: memory and cores as they are now, and a graphics card once the engine has looked. */
import { availableParallelism } from "node:os";
import type { Ctx } from "../../host/ctx.ts";
import type { Machine } from "../../models/recommend.ts";

interface Services {
  engine: Pick<Ctx["engine"], "devices" | "memoryBytes">;
}

export class MachineCheck {
  readonly #ctx: Services;
  /** Not known is as good as none: then a model is recommended that the processor can do. */
  #hasGpu = false;

  constructor(ctx: Services) {
    this.#ctx = ctx;
  }

  /** Without a look for graphics cards. */
  async now(): Promise<Machine> {
    const { machineMemory } = await import("../../host/runtime.ts");
    const inUseBytes = await this.#ctx.engine.memoryBytes();
    const { availableBytes, totalBytes } = machineMemory();
    return {
      memory: { availableBytes: Math.min(availableBytes + inUseBytes, totalBytes), totalBytes },
      inUseBytes,
      cores: availableParallelism(),
      hasGpu: this.#hasGpu,
    };
  }

  /** Starts the engine for a look at graphics cards: some seconds. @throws HunchError of the engine's start */
  async thorough(): Promise<Machine> {
    const devices = await this.#ctx.engine.devices();
    this.#hasGpu = devices.some(({ kind, available }) => available && kind === "gpu");
    return this.now();
  }
}
