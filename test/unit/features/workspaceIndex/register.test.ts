/** When the workspace index is fed, and when the engine is told to close it. The engine's process alone is not the real one. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { OpenIndexParams } from "../../../../src/common/indexProtocol.ts";
import type { Settings } from "../../../../src/common/settings.ts";
import type { Ctx } from "../../../../src/host/ctx.ts";

class EventEmitter<T> {
  readonly #listeners = new Set<(value: T) => void>();
  readonly event = (listener: (value: T) => void) => {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  };
  fire(value: T): void {
    for (const listener of this.#listeners) listener(value);
  }
  dispose(): void {}
}
const noEvent = () => ({ dispose() {} });
const workspace = { folders: [{ uri: "file:///w" }] };
vi.mock("vscode", () => ({
  EventEmitter,
  CancellationTokenSource: class {
    cancel() {}
  },
  Uri: { joinPath: () => ({ fsPath: "" }) },
  workspace: {
    get workspaceFolders() {
      return workspace.folders.map(({ uri }) => ({ uri: { toString: () => uri, scheme: uri.split(":")[0] } }));
    },
    onDidChangeWorkspaceFolders: noEvent,
    onDidSaveTextDocument: noEvent,
    onDidCreateFiles: noEvent,
    onDidDeleteFiles: noEvent,
    onDidRenameFiles: noEvent,
    createFileSystemWatcher: () => ({ onDidCreate() {}, onDidChange() {}, onDidDelete() {}, dispose() {} }),
  },
}));

const engine = { state: "ready", opened: [] as (string | null)[], removed: [] as (string | undefined)[] };
const client = {
  openIndex: async ({ workspace, removed }: OpenIndexParams) => {
    engine.opened.push(workspace);
    engine.removed.push(removed);
    return { isOpen: false, versions: {}, tokens: 0 };
  },
};
vi.mock("../../../../src/host/runtime.ts", () => ({
  thisUser: () => "",
  engineFolder: () => "",
  sharedEnginePlace: () => ({ folder: "" }),
  EngineSupervisor: class {
    get health() {
      return { state: engine.state };
    }
    load = async () => ({ name: "a model" });
    client = async () => client;
  },
}));
const { Engine } = await import("../../../../src/host/engine.ts");
const { registerWorkspaceIndex } = await import("../../../../src/features/workspaceIndex/register.ts");

/** An editor with the index on, whose model was loaded. */
async function started() {
  const changed = new EventEmitter<(keyof Settings)[]>();
  const settings = {
    current: { workspaceIndex: true, backend: "embedded", model: "m.gguf" },
    onDidChange: changed.event,
  };
  const failures: unknown[] = [];
  const services = {
    settings,
    extension: { extensionUri: "", globalStorageUri: "" },
    models: { resolve: async (path: string) => ({ id: path, path }) },
    log: { write: () => {}, error: (_: string, error: unknown) => failures.push(error) },
  };
  const host = new Engine(services as never);
  registerWorkspaceIndex({ ...services, engine: host, own: (owned: unknown) => owned } as unknown as Ctx);
  await host.prepare({ onProgress: () => {}, signal: new AbortController().signal });
  const switchOff = () => {
    settings.current.workspaceIndex = false;
    changed.fire(["workspaceIndex"]);
  };
  return { switchOff, failures };
}

beforeEach(() => {
  vi.useFakeTimers();
  Object.assign(engine, { state: "ready", opened: [], removed: [] });
  workspace.folders = [{ uri: "file:///w" }];
});
afterEach(() => {
  vi.useRealTimers();
});

it("is opened for the workspace after a load", async () => {
  const { failures } = await started();
  await vi.advanceTimersByTimeAsync(10_000);
  expect([engine.opened, failures]).toEqual([["file:///w"], []]);
});

it("is closed at once where it is switched off while an answer runs, and nothing of it is kept", async () => {
  const { switchOff, failures } = await started();
  await vi.advanceTimersByTimeAsync(10_000);
  engine.state = "busy";
  switchOff();
  await vi.advanceTimersByTimeAsync(0);
  expect([engine.opened, failures]).toEqual([["file:///w", null], []]);
  expect(engine.removed).toEqual([undefined, "file:///w"]);
});

it("is opened for folders on the disk alone, and for none where all are virtual", async () => {
  workspace.folders.unshift({ uri: "vscode-vfs://github/w" });
  await started();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(engine.opened).toEqual(["file:///w"]);
  workspace.folders.pop();
  await started();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(engine.opened).toEqual(["file:///w", null]);
  expect(engine.removed).toEqual([undefined, undefined]);
});
