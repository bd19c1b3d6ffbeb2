/** A llama-server process on loopback, for comparison. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { HunchError } from "../common/errors.ts";
import { freePort } from "../common/freePort.ts";
import { askLoopback } from "../common/loopback.ts";
import type { KvType } from "../common/protocol.ts";
import { type Conditions, type Run, serverArgs } from "./arms.ts";

interface Timings {
  predicted_n: number;
  predicted_per_second: number;
  prompt_ms: number;
  draft_n?: number;
  draft_n_accepted?: number;
}

interface Completion {
  timings?: Timings;
}

/** What it serves, and how. */
export interface ServerModel {
  modelPath: string;
  draftPath: string | null;
  threads: number;
  contextSize: number;
  gpuLayers: number;
  kvType: KvType;
}

const startTimeoutMs = 120_000;
/** What a server says as it ends is there a moment after its connection. */
const lastWordsMs = 2_000;

export class LlamaServer {
  readonly #process: ChildProcess;
  readonly #port: number;
  readonly #unavailable: (reason: string) => HunchError;

  /**
   * @returns null when it was cut off by the signal, its process killed
   * @throws HunchError backendUnavailable with the server's last words
   */
  static async start(
    program: string,
    model: ServerModel,
    options: readonly string[],
    signal: AbortSignal,
  ): Promise<LlamaServer | null> {
    const port = await freePort();
    if (signal.aborted) return null;
    const given = options.map((option) => (option === "DRAFT" ? (model.draftPath ?? "") : option));
    const child = spawn(
      program,
      [
        ...["--model", model.modelPath, "--host", "127.0.0.1", "--port", String(port), "--offline", "--no-ui"],
        ...["--threads", String(model.threads), "--ctx-size", String(model.contextSize), "--parallel", "1"],
        ...["--cache-ram", "0", ...serverArgs(model)],
        ...given,
      ],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    let log = "";
    const unavailableNow = (reason: string) => unavailable(program, `${reason}: ${log}`);
    const failures: Error[] = [];
    child.once("error", (error) => failures.push(error));
    child.stderr?.on("data", (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-4_000);
    });
    // At once: a second signal ends this process, which would leave one that loads gigabytes behind.
    const kill = () => child.kill("SIGKILL");
    signal.addEventListener("abort", kill);
    try {
      const deadline = performance.now() + startTimeoutMs;
      while (performance.now() < deadline) {
        if (signal.aborted) return null;
        if (failures[0]) throw unavailable(program, failures[0].message);
        const end = child.signalCode ?? child.exitCode;
        if (end !== null) throw unavailableNow(`it ended with ${end}`);
        const answer = await askLoopback(`http://127.0.0.1:${port}/health`, { signal }).catch(() => null);
        if (answer?.status === 200) return new LlamaServer(child, port, unavailableNow);
        await sleep(200, null, { signal }).catch(() => {});
      }
    } finally {
      signal.removeEventListener("abort", kill);
    }
    child.kill("SIGKILL");
    throw unavailableNow(`it was not ready within ${startTimeoutMs / 1000} s`);
  }

  /** @param unavailable with its last words so far */
  private constructor(process: ChildProcess, port: number, unavailable: (reason: string) => HunchError) {
    this.#process = process;
    this.#port = port;
    this.#unavailable = unavailable;
  }

  /**
   * @returns null when it was cut off by the signal.
   * @throws HunchError backendUnavailable with the server's last words
   */
  async run(prompt: string, conditions: Conditions, signal?: AbortSignal): Promise<Run | null> {
    try {
      const timings = await this.#complete(prompt, conditions, signal);
      return {
        tokens: timings.predicted_n,
        tokensPerSecond: timings.predicted_per_second,
        drafted: timings.draft_n ?? 0,
        accepted: timings.draft_n_accepted ?? 0,
        prefillMs: timings.prompt_ms,
        overheadMsPerPass: null,
      };
    } catch (error) {
      if (signal?.aborted) return null;
      throw this.#unavailable(await this.#reason(error as NodeJS.ErrnoException));
    }
  }

  async #complete(prompt: string, conditions: Conditions, signal?: AbortSignal): Promise<Timings> {
    const { status, text } = await askLoopback(`http://127.0.0.1:${this.#port}/completion`, {
      body: {
        prompt,
        n_predict: conditions.maxTokens,
        temperature: conditions.temperature,
        top_k: 40,
        top_p: 0.95,
        min_p: 0,
        seed: conditions.seed,
        cache_prompt: false,
      },
      signal,
    });
    if (status !== 200) throw new Error(`it answered ${status} ${text}`);
    const { timings } = JSON.parse(text) as Completion;
    if (!timings) throw new Error("its answer has no figures");
    return timings;
  }

  /** Its end is the reason where it ended. @param error that asking it came to */
  async #reason({ code, message }: NodeJS.ErrnoException): Promise<string> {
    const isBroken = code !== undefined;
    if (isBroken && this.#end === null)
      await Promise.race([once(this.#process, "close"), sleep(lastWordsMs, null, { ref: false })]);
    return this.#end === null ? message : `it ended with ${this.#end}`;
  }

  get #end(): string | number | null {
    return this.#process.signalCode ?? this.#process.exitCode;
  }

  kill(): void {
    this.#process.kill("SIGKILL");
  }

  async stop(): Promise<void> {
    if (this.#end !== null) return;
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill("SIGTERM");
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), 5_000);
    await ended;
    clearTimeout(timer);
  }
}

function unavailable(program: string, reason: string): HunchError {
  return new HunchError("backendUnavailable", `${program} does not work: ${reason}`, {
    hint: "Name a llama-server with --server or LLAMA_SERVER, or leave its arms out.",
  });
}
