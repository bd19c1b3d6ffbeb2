/** Reads Hunch's settings from the editor, typed, and says which one is wrong: once for each wrong value. */
import * as vscode from "vscode";
import { readSettings, type SettingKey, type Settings, settingsSection } from "../common/settings.ts";

export class SettingsReader {
  readonly #report: (message: string, key: SettingKey) => void;
  readonly #reported = new Set<string>();
  readonly #subscription: vscode.Disposable;
  readonly #changed = new vscode.EventEmitter<SettingKey[]>();
  #current: Settings;

  /** The keys whose values are others now. */
  readonly onDidChange = this.#changed.event;

  constructor(report: (message: string, key: SettingKey) => void) {
    this.#report = report;
    this.#current = this.#read();
    this.#subscription = vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration(settingsSection)) return;
      const before = this.#current;
      this.#current = this.#read();
      const keys = (Object.keys(before) as SettingKey[]).filter((key) => before[key] !== this.#current[key]);
      if (keys.length > 0) this.#changed.fire(keys);
    });
  }

  get current(): Readonly<Settings> {
    return this.#current;
  }

  /** Writes a setting where it counts: into the workspace's settings when they have it, else into the user's own. */
  async update<K extends SettingKey>(key: K, value: Settings[K]): Promise<void> {
    const configuration = vscode.workspace.getConfiguration(settingsSection);
    const { Global, Workspace } = vscode.ConfigurationTarget;
    const inWorkspace = configuration.inspect(key)?.workspaceValue !== undefined;
    await configuration.update(key, value, inWorkspace ? Workspace : Global);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  #read(): Settings {
    const configuration = vscode.workspace.getConfiguration(settingsSection);
    const { settings, problems } = readSettings((key) => configuration.get(key));
    for (const { key, message } of problems) {
      if (this.#reported.has(message)) continue;
      this.#reported.add(message);
      this.#report(message, key);
    }
    return settings;
  }
}
