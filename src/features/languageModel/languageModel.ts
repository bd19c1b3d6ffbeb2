/** Hunch's model as one of VS Code's language models: for the chat's model picker, and for other extensions. */

import { randomInt, randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { languageModelVendor } from "../../common/commands.ts";
import { HunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import type { Ctx } from "../../host/ctx.ts";
import { defaultAnswerTokens, textOf, toMessages, toParams } from "./convert.ts";

/** Tokens of a context whose model is not loaded yet. */
const expectedContextSize = 8_192;
const seedLimit = 2 ** 31;

export function registerLanguageModel(ctx: Ctx): void {
  // Builds of VS Code without chat have no such registry.
  if (typeof vscode.lm?.registerLanguageModelChatProvider !== "function") return;
  const provider = new Provider(ctx);
  ctx.own(provider);
  ctx.own(vscode.lm.registerLanguageModelChatProvider(languageModelVendor, provider));
}

class Provider implements vscode.LanguageModelChatProvider {
  readonly #ctx: Ctx;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];

  readonly onDidChangeLanguageModelChatInformation = this.#changed.event;

  constructor(ctx: Ctx) {
    this.#ctx = ctx;
    const changed = () => this.#changed.fire();
    this.#subscriptions = [ctx.models.onChange(changed), ctx.engine.onModel(changed)];
  }

  /** The model of the settings; none while it is not on this machine. */
  async provideLanguageModelChatInformation(): Promise<vscode.LanguageModelChatInformation[]> {
    const { models, engine, settings } = this.#ctx;
    const { id, name, installed, sentTo } = await models.refresh();
    if (!installed) return [];
    const contextSize = engine.model?.contextSize ?? settings.current.contextSize ?? expectedContextSize;
    const maxOutputTokens = Math.min(defaultAnswerTokens, Math.floor(contextSize / 2));
    return [
      {
        id,
        name,
        family: engine.model?.architecture ?? "gguf",
        version: "1",
        tooltip:
          sentTo === ""
            ? t("Runs on this machine with Hunch; nothing is sent anywhere.")
            : t("A server thinks and answers: what you ask is sent to {0}.", sentTo),
        maxInputTokens: contextSize - maxOutputTokens,
        maxOutputTokens,
        capabilities: {},
      },
    ];
  }

  /** Streams the answer; the thought of a model that always thinks stays away. Rejects with a HunchError. */
  async provideLanguageModelChatResponse(
    _model: vscode.LanguageModelChatInformation,
    messages: readonly vscode.LanguageModelChatRequestMessage[],
    { modelOptions = {} }: vscode.ProvideLanguageModelChatResponseOptions,
    progress: vscode.Progress<vscode.LanguageModelResponsePart>,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const { engine } = this.#ctx;
    const sent = toMessages(messages);
    const { signal, dispose } = abortedWith(token);
    try {
      const model = await engine.prepare({ signal, onProgress: () => {} });
      const facts = {
        messages: sent,
        model,
        options: modelOptions,
        seed: randomInt(seedLimit),
        generationId: randomUUID(),
      };
      const { stopReason } = await engine.generate(toParams(facts), {
        signal,
        onEvents: (events) => {
          for (const event of events) {
            if (event.type !== "tokens") continue;
            const text = event.tokens.map((one) => (one.segment === "answer" ? one.text : "")).join("");
            if (text !== "") progress.report(new vscode.LanguageModelTextPart(text));
          }
        },
      });
      if (stopReason === "cancelled") throw new vscode.CancellationError();
      if (stopReason === "contextFull")
        throw new HunchError("promptTooLong", t("The model's context of {0} tokens is full.", model.contextSize), {
          hint: t("Send less, or raise the setting hunch.contextSize."),
        });
    } finally {
      dispose();
    }
  }

  async provideTokenCount(
    _model: vscode.LanguageModelChatInformation,
    text: string | vscode.LanguageModelChatRequestMessage,
  ): Promise<number> {
    return this.#ctx.engine.countTokens(typeof text === "string" ? text : textOf(text));
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}

function abortedWith(token: vscode.CancellationToken): { signal: AbortSignal; dispose(): void } {
  const abort = new AbortController();
  const subscription = token.onCancellationRequested(() => abort.abort());
  if (token.isCancellationRequested) abort.abort();
  return { signal: abort.signal, dispose: () => subscription.dispose() };
}
