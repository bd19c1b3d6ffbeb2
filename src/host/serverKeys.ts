/**
 * Keys of servers, in the editor's secret storage, one for each origin: a key is never sent to another server because
 * the address in the settings changed.
 */
import type * as vscode from "vscode";

export class ServerKeys {
  readonly #secrets: vscode.SecretStorage;

  constructor(secrets: vscode.SecretStorage) {
    this.#secrets = secrets;
  }

  /** null when none is kept, or the address is none. */
  async get(endpoint: string): Promise<string | null> {
    const name = secretName(endpoint);
    return name === null ? null : ((await this.#secrets.get(name)) ?? null);
  }

  /** An empty key removes the one that is kept. */
  async set(endpoint: string, key: string): Promise<void> {
    const name = secretName(endpoint);
    if (name === null) return;
    if (key === "") await this.#secrets.delete(name);
    else await this.#secrets.store(name, key);
  }
}

function secretName(endpoint: string): string | null {
  return URL.canParse(endpoint) ? `hunch.serverKey:${new URL(endpoint).origin}` : null;
}
