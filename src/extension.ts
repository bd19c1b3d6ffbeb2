/** The extension's entry: makes the services, registers the features, ends both in order. No logic. */
import type * as vscode from "vscode";
import { registerActions } from "./features/actions/actions.ts";
import { Proposals } from "./features/actions/proposals.ts";
import { registerAsk } from "./features/ask/ask.ts";
import { registerBenchmark } from "./features/benchmark/benchmark.ts";
import type { Chat } from "./features/chat/chat.ts";
import { registerChat } from "./features/chat/register.ts";
import { Sessions } from "./features/chat/sessions.ts";
import { registerExplain } from "./features/explain/explain.ts";
import type { Explanations } from "./features/explain/explanations.ts";
import { registerLanguageModel } from "./features/languageModel/languageModel.ts";
import { registerLearning } from "./features/learning/learning.ts";
import { registerLens } from "./features/lens/lens.ts";
import { registerModels } from "./features/models/models.ts";
import { registerNotes } from "./features/notes/notes.ts";
import { registerOptimise } from "./features/optimise/optimise.ts";
import { registerParticipant } from "./features/participant/participant.ts";
import { registerStatus } from "./features/status/status.ts";
import { registerTyping } from "./features/typing/typing.ts";
import { registerWelcome } from "./features/welcome/welcome.ts";
import { registerWorkspaceIndex } from "./features/workspaceIndex/register.ts";
import { Calibrations } from "./host/calibrations.ts";
import type { Ctx } from "./host/ctx.ts";
import { Engine } from "./host/engine.ts";
import { Learning } from "./host/learning.ts";
import { localise } from "./host/localise.ts";
import { Log } from "./host/log.ts";
import { Models } from "./host/models.ts";
import { showSettingProblem } from "./host/notify.ts";
import { SettingsReader } from "./host/settings.ts";

let active: { chat: Chat; explanations: Explanations; engine: Engine } | null = null;

/** @param startMs when loading it began, by this process's clock */
export function activate(extension: vscode.ExtensionContext, startMs: number): void {
  const loadedMs = performance.now();
  localise();
  const own = <T extends vscode.Disposable>(disposable: T): T => {
    extension.subscriptions.push(disposable);
    return disposable;
  };
  const log = own(new Log());
  const settings = own(new SettingsReader((message, key) => showSettingProblem(log, message, key)));
  const models = own(new Models(settings, log));
  const engine = new Engine({ extension, log, settings, models });
  const calibrations = new Calibrations(log);
  const learning = new Learning(extension.globalState);
  const ctx: Ctx = { extension, log, settings, models, engine, calibrations, learning, own };
  const sessions = new Sessions(ctx);
  const proposals = new Proposals(ctx);
  const chat = registerChat(ctx, sessions, proposals);
  registerAsk(ctx, chat);
  const explanations = registerExplain(ctx, sessions, chat);
  registerActions(ctx, sessions, chat, proposals);
  registerModels(ctx);
  registerWelcome(ctx, sessions);
  registerOptimise(ctx);
  registerBenchmark(ctx);
  registerLearning(ctx);
  registerNotes(ctx, sessions);
  registerLens(ctx);
  registerLanguageModel(ctx);
  registerParticipant(ctx, sessions);
  registerStatus(ctx, sessions, registerTyping(ctx));
  registerWorkspaceIndex(ctx);
  active = { chat, explanations, engine };
  const [load, run] = [loadedMs - startMs, performance.now() - loadedMs].map((ms) => ms.toFixed(1));
  log.write("info", `Loaded in ${load} ms, activated in ${run} ms.`);
}

/** The editor waits for this: the conversations are written down, and the engine is ended. */
export async function deactivate(): Promise<void> {
  await Promise.all([active?.chat.save(), active?.explanations.save(), active?.engine.dispose()]);
  active = null;
}
