/** Programs that share an engine, for tests: each folder is a rendezvous of its own. */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import type { SharingOptions } from "../../../src/client/sharedEngine.ts";
import { EngineSupervisor } from "../../../src/client/supervisor.ts";
import type {
  GenerateParams,
  GenerationEvent,
  GenerationResult,
  LoadParams,
  ModelInfo,
} from "../../../src/common/protocol.ts";
import { buildOf, type EngineBuild } from "../../../src/sharing/build.ts";
import { type EngineRecord, Rendezvous } from "../../../src/sharing/rendezvous.ts";
import { engineOptions, enginePath, generateParams, loadParams } from "./engine.ts";

/** Engines end when their last client has left. */
const lingerMs = 300;

export function newPlace(more: Partial<SharingOptions> = {}): SharingOptions {
  return { folder: mkdtempSync(join(inject("scratch"), "shared-")), lingerMs, ...more };
}

/** The same place for a program of another version. */
export function ofVersion(version: string, place: SharingOptions): SharingOptions {
  const build: EngineBuild = { ...buildOf(enginePath), version, hash: version };
  return { ...place, build };
}

/** What the running engine of a place has left for others to find. @throws Error when there is none */
export function recordOf({ folder }: SharingOptions): EngineRecord {
  const record = new Rendezvous(folder).read();
  if (record) return record;
  throw new Error(`no engine has left a record in ${folder}`);
}

/** A window or a command: what it shows of its engine, and its questions. */
export class Program {
  readonly supervisor: EngineSupervisor;
  readonly health: string[] = [];
  readonly log: string[] = [];
  readonly #params: LoadParams;

  constructor(sharing: SharingOptions, modelPath: string) {
    this.#params = loadParams(modelPath, { lanes: 2, contextSize: 4096 });
    this.supervisor = new EngineSupervisor({
      ...engineOptions(this.log),
      sharing,
      restartDelayMs: 10,
      onHealth: ({ state }) => this.health.push(state),
    });
  }

  async pid(): Promise<number> {
    return (await this.supervisor.client()).pid;
  }

  load(): Promise<ModelInfo> {
    return this.supervisor.load(this.#params);
  }

  /** @param onEvents told of events as they come */
  async ask(
    options: Partial<GenerateParams> & { signal?: AbortSignal; onEvents?(events: GenerationEvent[]): void } = {},
  ): Promise<GenerationResult & { events: GenerationEvent[] }> {
    const { signal, onEvents, ...params } = options;
    const events: GenerationEvent[] = [];
    const result = await this.supervisor.generate(this.#params, generateParams(params), {
      signal,
      onEvents: (batch) => {
        events.push(...batch);
        onEvents?.(batch);
      },
    });
    return { ...result, events };
  }

  /** Asks something that is answered until it is stopped; resolves with the first token. */
  async askEndlessly(signal?: AbortSignal): Promise<{ answer: Promise<GenerationResult>; text(): string }> {
    let text = "";
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const onEvents = (events: GenerationEvent[]) => {
      text += textOf(events);
      if (text !== "") begin();
    };
    const answer = this.ask({ maxTokens: 100_000, speculation: "off", signal, onEvents });
    await Promise.race([begun, answer]);
    return { answer, text: () => text };
  }
}

export function textOf(events: GenerationEvent[]): string {
  return events.flatMap((event) => (event.type === "tokens" ? event.tokens.map(({ text }) => text) : [])).join("");
}
