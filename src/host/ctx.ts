/** What every feature gets: the services of the extension, made once. Whoever makes something hands it to `own`. */
import type * as vscode from "vscode";
import type { Calibrations } from "./calibrations.ts";
import type { Engine } from "./engine.ts";
import type { Learning } from "./learning.ts";
import type { Log } from "./log.ts";
import type { Models } from "./models.ts";
import type { SettingsReader } from "./settings.ts";

export interface Ctx {
  readonly extension: vscode.ExtensionContext;
  readonly log: Log;
  readonly settings: SettingsReader;
  readonly models: Models;
  readonly engine: Engine;
  readonly calibrations: Calibrations;
  readonly learning: Learning;
  /** Disposed when the extension is deactivated. */
  own<T extends vscode.Disposable>(disposable: T): T;
}
