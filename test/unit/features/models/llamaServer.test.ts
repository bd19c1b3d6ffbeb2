/** Getting a llama-server while the settings name another. */
import { afterEach, expect, it, vi } from "vitest";
import { toErrorData } from "../../../../src/common/errors.ts";
import type { Ctx } from "../../../../src/host/ctx.ts";
import { temporaryFolder } from "../../models/support/folder.ts";

const editor = vi.hoisted(() => ({ command: async (): Promise<unknown> => undefined, messages: [] as string[] }));

vi.mock("vscode", async () => {
  const { Emitter } = await import("../../../../src/common/emitter.ts");
  return {
    EventEmitter: Emitter,
    Disposable: class {},
    ProgressLocation: {},
    commands: {
      registerCommand: (_id: string, handler: typeof editor.command) => {
        editor.command = handler;
      },
    },
    window: {
      showErrorMessage: async (text: string) => void editor.messages.push(text),
      withProgress: (_: object, work: (progress: object, cancel: object) => unknown) =>
        work({ report: () => {} }, { onCancellationRequested: () => ({ dispose: () => {} }) }),
    },
  };
});

const { registerLlamaServer } = await import("../../../../src/features/models/llamaServer.ts");

afterEach(() => vi.unstubAllEnvs());

it("says that the named one can not be started before anything is built", async () => {
  // Without compilers a build would say so.
  const empty = temporaryFolder();
  for (const name of ["PATH", "XDG_CACHE_HOME", "LOCALAPPDATA"]) vi.stubEnv(name, empty);
  registerLlamaServer({
    own: () => {},
    log: { error: (_doing: string, error: unknown) => toErrorData(error) },
    settings: { current: { "llamaServer.path": "/no/such/program" } },
  } as unknown as Ctx);
  await editor.command();
  expect(editor.messages).toEqual([
    expect.stringMatching(/\/no\/such\/program is no program.*hunch\.llamaServer\.path/),
  ]);
});
