/** What use taught, kept in the editor's own storage on this machine, for all workspaces. */
import type * as vscode from "vscode";
import { learn, type UsedPlan, type UseLog, type UseSignal } from "../prompts/learning.ts";

const key = "learning.arms";

export class Learning {
  readonly #memento: vscode.Memento;

  constructor(memento: vscode.Memento) {
    this.#memento = memento;
  }

  get log(): UseLog {
    return this.#memento.get<UseLog>(key, []);
  }

  async signal(plan: UsedPlan, signal: UseSignal): Promise<void> {
    await this.#memento.update(key, learn(this.log, plan, signal));
  }

  async forget(): Promise<void> {
    await this.#memento.update(key, undefined);
  }
}
