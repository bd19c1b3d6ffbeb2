/** The output channel "Hunch": what the extension and the engine have to say to someone who looks for a cause. */
import * as vscode from "vscode";
import { type ErrorData, toErrorData } from "../common/errors.ts";
import type { LogLevel } from "../common/protocol.ts";

export class Log {
  readonly #channel: vscode.LogOutputChannel;

  constructor() {
    this.#channel = vscode.window.createOutputChannel("Hunch", { log: true });
  }

  write(level: LogLevel, message: string): void {
    this.#channel[level](message);
  }

  /** Writes the error with its stack and its causes; returns what of it is for the user. */
  error(doing: string, error: unknown): ErrorData {
    const data = toErrorData(error);
    this.#channel.error(`${doing}: ${describe(error)}`);
    return data;
  }

  show(): void {
    this.#channel.show(true);
  }

  dispose(): void {
    this.#channel.dispose();
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\ncaused by ${describe(error.cause)}`;
}
