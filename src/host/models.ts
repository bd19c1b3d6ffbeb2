/**
 * The models as the editor uses them: which one the settings name, whether it is here, what can be chosen, and one
 * download at a time. The catalogue and the download are loaded when they are first needed.
 */

import * as vscode from "vscode";
import { hostsElsewhere, splitEndpoints } from "../common/endpoints.ts";
import { type ErrorCode, HunchError, isHunchError, toErrorData } from "../common/errors.ts";
import { t } from "../common/l10n.ts";
import { isPath } from "../common/modelName.ts";
import type { DownloadState, ModelChoice } from "../common/panel.ts";
import type { ModelRef } from "../common/protocol.ts";
import type { SettingKey } from "../common/settings.ts";
import type { CatalogueModel } from "../models/catalogue.ts";
import type { DiscoveredModel } from "../models/discover.ts";
import type { ModelStore } from "../models/store.ts";
import type { Log } from "./log.ts";
import type { SettingsReader } from "./settings.ts";

export interface CurrentModel {
  /** As the setting has it: catalogue id or path. */
  id: string;
  name: string;
  /** The file is there. Taken for granted until it has been looked for. */
  installed: boolean;
  /** Hosts of the server that answers; empty where what is asked stays on this machine. */
  sentTo: string;
}

/** Settings that say which model it is. */
const currentKeys: readonly SettingKey[] = ["model", "modelsFolder", "backend", "endpoint", "serverModel"];

interface Download {
  modelId: string;
  abort: AbortController;
  done: Promise<void>;
}

/** The store's advice names commands of the terminal; in the editor there are others. null where it fits here, too. */
function editorHint(code: ErrorCode, isFile: boolean): string | null {
  const getAgain = t("Get it again with “Hunch: Download Model”, or choose another with “Hunch: Select Model”.");
  const getFileAgain = t("Get the file again, or choose another with “Hunch: Select Model”.");
  switch (code) {
    case "modelNotFound":
      return isFile
        ? t("Check the path in the settings, or choose another with “Hunch: Select Model”.")
        : t("Get it with “Hunch: Download Model”, or choose another with “Hunch: Select Model”.");
    case "unknownModel":
      return t("Check the settings, or choose another with “Hunch: Select Model”.");
    case "modelTruncated":
    case "modelCorrupted":
      return isFile ? getFileAgain : getAgain;
    case "checksumMismatch":
      return isFile
        ? getFileAgain
        : t("Get it again with “Hunch: Download Model”. A file of your own works by its path.");
    case "notGguf":
      return isFile ? t("Models are GGUF files: choose another with “Hunch: Select Model”.") : getAgain;
    default:
      return null;
  }
}

export class Models {
  readonly #settings: SettingsReader;
  readonly #log: Log;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #downloadChanged = new vscode.EventEmitter<DownloadState>();
  readonly #subscription: vscode.Disposable;
  #current: CurrentModel;
  #choices: ModelChoice[] = [];
  #state: DownloadState = { state: "none" };
  #download: Download | null = null;

  /** The current model or the choices are others now. */
  readonly onChange = this.#changed.event;
  readonly onDownload = this.#downloadChanged.event;

  constructor(settings: SettingsReader, log: Log) {
    this.#settings = settings;
    this.#log = log;
    const { model } = settings.current;
    this.#current = this.#onServer() ?? { id: model, name: model, installed: true, sentTo: "" };
    this.#subscription = settings.onDidChange((keys) => {
      if (keys.some((key) => currentKeys.includes(key))) void this.refresh();
    });
  }

  get current(): CurrentModel {
    return this.#current;
  }

  get choices(): ModelChoice[] {
    return this.#choices;
  }

  get download(): DownloadState {
    return this.#state;
  }

  /** Looks at the disk again. */
  async refresh(): Promise<CurrentModel> {
    const store = await this.store();
    const before = JSON.stringify([this.#current, this.#choices]);
    const installed = new Set((await store.installed()).map(({ model }) => model.id));
    this.#choices = store.models.map((model) => ({
      id: model.id,
      name: model.name,
      sizeBytes: model.bytes ?? model.approximateBytes,
      licence: model.licence,
      installed: installed.has(model.id),
    }));
    const id = this.#settings.current.model;
    const known = this.#choices.find((choice) => choice.id === id);
    // A path that leads nowhere is an error with its own words, not an offer to download.
    this.#current = this.#onServer() ?? {
      id,
      name: known?.name ?? fileName(id),
      installed: known?.installed ?? isPath(id),
      sentTo: "",
    };
    // Who hears of a change may look again, as VS Code does for its list of language models: not for nothing, in circles.
    if (JSON.stringify([this.#current, this.#choices]) !== before) this.#changed.fire();
    return this.#current;
  }

  /** The checked file of a catalogue id or a path. Throws as `ModelStore.resolve`, with advice for the editor. */
  async resolve(idOrPath: string): Promise<ModelRef> {
    try {
      return await (await this.store()).resolve(idOrPath);
    } catch (error) {
      void this.refresh();
      throw this.explain(error, isPath(idOrPath));
    }
  }

  /** An error of the store, with advice for the editor. */
  explain(error: unknown, isFile: boolean): unknown {
    if (!isHunchError(error)) return error;
    const hint = editorHint(error.code, isFile) ?? error.hint;
    return new HunchError(error.code, error.message, { hint, cause: error });
  }

  async store(): Promise<ModelStore> {
    const { ModelStore } = await import("./runtime.ts");
    return new ModelStore({ folder: this.#settings.current.modelsFolder });
  }

  /** Models that other programs have on this disk, and the user's own in Hunch's folder. */
  async discover(): Promise<DiscoveredModel[]> {
    const { discoverOthers } = await import("./runtime.ts");
    return discoverOthers(await this.store());
  }

  /**
   * Fetches a catalogue model, or joins its download when it is under way. Resolves when the file is there.
   * @throws HunchError locked when another model is being fetched; cancelled; and those of the download
   */
  async startDownload(modelId: string): Promise<void> {
    const running = this.#download;
    if (running?.modelId === modelId) return running.done;
    if (running)
      throw new HunchError("locked", t("Another model is being downloaded."), {
        hint: t("Wait until it is there, or cancel it first."),
      });
    const store = await this.store();
    const model = store.find(modelId);
    const abort = new AbortController();
    const done = this.#fetch(model, store, abort.signal);
    this.#download = { modelId, abort, done };
    try {
      await done;
      this.#setState({ state: "none" });
    } catch (error) {
      const data = toErrorData(error);
      this.#setState(data.code === "cancelled" ? { state: "none" } : { state: "failed", modelId, error: data });
      throw error;
    } finally {
      this.#download = null;
      await this.refresh();
    }
  }

  /** What has been fetched stays and is used by the next download. */
  cancelDownload(): void {
    this.#download?.abort.abort();
  }

  dispose(): void {
    this.cancelDownload();
    this.#subscription.dispose();
    this.#changed.dispose();
    this.#downloadChanged.dispose();
  }

  async #fetch(model: CatalogueModel, store: ModelStore, signal: AbortSignal): Promise<void> {
    const totalBytes = model.bytes ?? model.approximateBytes;
    const running = { state: "running", modelId: model.id, modelName: model.name, totalBytes } as const;
    this.#setState({
      ...running,
      receivedBytes: await store.partialBytes(model),
      bytesPerSecond: 0,
      secondsLeft: null,
      phase: "connecting",
      source: "",
    });
    const { download } = await import("./runtime.ts");
    const path = await download(model, store, {
      signal,
      onProgress: (progress) => this.#setState({ ...running, ...progress }),
      onNotice: (message) => this.#log.write("warn", message),
    });
    this.#log.write("info", `${model.name} is in ${path}.`);
  }

  /** A model on a server needs no file here; null when the settings name none. */
  #onServer(): CurrentModel | null {
    const { backend, endpoint, serverModel } = this.#settings.current;
    if (backend !== "openai") return null;
    const endpoints = splitEndpoints(endpoint);
    const [first = ""] = endpoints;
    const host = URL.canParse(first) ? new URL(first).host : first;
    const sentTo = hostsElsewhere(endpoints).join(", ");
    return { id: serverModel || host, name: serverModel || host, installed: true, sentTo };
  }

  #setState(state: DownloadState): void {
    this.#state = state;
    this.#downloadChanged.fire(state);
  }
}

function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) || path;
}
