/** Typed registration: a command without an entry in the tables of common/commands.ts does not compile. */
import * as vscode from "vscode";
import type { CommandId, ContextKeys, ModelCommandId, ThreadCommandId } from "../common/commands.ts";
import type { Ctx } from "./ctx.ts";
import { guarded } from "./notify.ts";

/** Registers a command; what its handler throws is shown to the user. */
export function registerCommand<A extends unknown[]>(
  ctx: Ctx,
  id: CommandId | ThreadCommandId | ModelCommandId,
  handler: (...args: A) => unknown,
): void {
  ctx.own(
    vscode.commands.registerCommand(id, (...args: unknown[]) => guarded(ctx.log, id, () => handler(...(args as A)))),
  );
}

export function setContextKey<K extends keyof ContextKeys>(key: K, value: ContextKeys[K]): void {
  vscode.commands.executeCommand("setContext", key, value);
}
