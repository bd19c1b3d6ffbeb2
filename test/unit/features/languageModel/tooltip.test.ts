/** What VS Code's list of language models says of Hunch's. */
import { expect, it, vi } from "vitest";
import type * as VsCode from "vscode";
import type { Ctx } from "../../../../src/host/ctx.ts";

const registered = vi.hoisted(() => ({ provider: null as VsCode.LanguageModelChatProvider | null }));

vi.mock("vscode", () => ({
  EventEmitter: class {
    readonly event = () => ({ dispose: () => {} });
  },
  lm: {
    registerLanguageModelChatProvider: (_vendor: string, provider: VsCode.LanguageModelChatProvider) => {
      registered.provider = provider;
    },
  },
}));

const { registerLanguageModel } = await import("../../../../src/features/languageModel/languageModel.ts");

async function tooltip(sentTo: string): Promise<string | undefined> {
  registerLanguageModel({
    models: { refresh: async () => ({ id: "m", name: "M", installed: true, sentTo }), onChange: () => {} },
    engine: { model: null, onModel: () => {} },
    settings: { current: { contextSize: null } },
    own: (value: unknown) => value,
  } as unknown as Ctx);
  const token = {} as VsCode.CancellationToken;
  const [model] = (await registered.provider?.provideLanguageModelChatInformation({ silent: true }, token)) ?? [];
  return model?.tooltip;
}

it("says whether what is asked stays here, or which server it is sent to", async () => {
  expect(await tooltip("")).toMatch(/this machine.*nothing is sent anywhere/);
  const text = await tooltip("gpu:8000");
  expect(text).toContain("sent to gpu:8000");
  expect(text).not.toMatch(/this machine|nothing is sent/);
});
