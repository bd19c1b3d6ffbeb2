/**
 * Every setting of the extension: its type, default, limits and scope, once. The manifest is checked against this table
 * by a test, both ways. Wrong values are never half-used: the default counts and the user is told which setting it was.
 */
import { t } from "./l10n.ts";
import { modelName } from "./modelName.ts";
import { type Effort, efforts } from "./panel.ts";
import type { GpuChoice, KvType, LogLevel, SpeculationMode } from "./protocol.ts";
import { type ThinkingFamily, thinkingFamilies } from "./thinkingFamilies.ts";

/**
 * `machine`: names a program, a model or a server, so a workspace can not set it. `machine-overridable`: depends on the
 * hardware, and a workspace may say otherwise. Neither goes to other machines with Settings Sync.
 */
export type SettingScope = "machine" | "machine-overridable" | "window";

export interface Settings {
  /** Catalogue id, or absolute path of a GGUF file. */
  model: string;
  /** Catalogue id or absolute path of the draft model; "none" for none. */
  draftModel: string;
  /** What runs the model. */
  backend: BackendName;
  /** Address of the server of the backend "openai"; empty for none. */
  endpoint: string;
  /** The server's name for the model; empty for its first. */
  serverModel: string;
  /** Absolute path of llama-server; empty for the first on PATH, else the one that Hunch built. */
  "llamaServer.path": string;
  /** How the model marks its thoughts; `auto`: as its file tells. */
  thinkingFormat: "auto" | ThinkingFamily;
  effort: Effort;
  /** Tokens; null takes what fits in memory. */
  contextSize: number | null;
  kvCacheType: KvType | "auto";
  /** Threads of the engine; null follows the free cores. */
  threads: number | null;
  /** Generations side by side; null: as memory allows. */
  parallelGenerations: number | null;
  gpu: GpuChoice;
  speculation: SpeculationMode;
  /** null takes what the model's publisher advises, else 0. */
  temperature: number | null;
  /** Output tokens at most, thinking included; null goes by the effort. */
  maxTokens: number | null;
  /** Thinking tokens; null goes by the effort. */
  thinkingBudget: number | null;
  /** Thoughts side by side at efforts high and max; 1: one. */
  parallelThoughts: number;
  showTokenOrigins: boolean;
  /** "Explain" above each definition. */
  codeLens: boolean;
  /** "Explain" in the hover of a definition's name. */
  hoverExplain: boolean;
  /** Folder of downloaded models; empty for the per-user cache folder. */
  modelsFolder: string;
  /** Minutes without a question after which the model is dropped from memory; 0 keeps it. */
  idleUnloadMinutes: number;
  /** Evaluated prompts kept on disk at most (MB); 0 keeps none. */
  promptCacheSize: number;
  /** An answer that is computed on the processor waits while one types in an editor. */
  pauseWhileTyping: boolean;
  /** One engine for all windows, with the model in memory once. */
  sharedEngine: boolean;
  /** End thoughts and answers that go in circles. */
  loopGuard: boolean;
  /** `auto`: a thought ends when trial answers agree, where the answer may be a short one. */
  earlyExit: "auto" | "off";
  /** Make words of hesitation ("Wait", "Hmm") less likely in thoughts. */
  dampHesitation: boolean;
  /** Draft also from the workspace's files and earlier answers. */
  workspaceIndex: boolean;
  logLevel: LogLevel;
}

/** `auto`: the engine's own process, or a llama-server where the model needs one (models/backendChoice.ts). */
export type BackendName = "auto" | "embedded" | "llama-server" | "openai";

export type SettingKey = keyof Settings;

export type SettingType =
  | { kind: "text" }
  /** Names a model: an id may be written in other letters than the catalogue's. */
  | { kind: "model" }
  | { kind: "flag" }
  | { kind: "choice"; values: readonly string[] }
  /** `nullable`: null stands for "let Hunch decide". */
  | { kind: "number"; integer: boolean; minimum: number; maximum: number; nullable: boolean };

export interface SettingDefinition<T> {
  type: SettingType;
  default: T;
  scope: SettingScope;
}

/** The section of all settings: `hunch.model` and so on. */
export const settingsSection = "hunch";

const optionalInteger = (minimum: number, maximum: number) =>
  ({ kind: "number", integer: true, minimum, maximum, nullable: true }) as const;

export const settingDefinitions: { readonly [K in SettingKey]: SettingDefinition<Settings[K]> } = {
  model: { type: { kind: "model" }, default: "qwen2.5-coder-1.5b", scope: "machine" },
  draftModel: { type: { kind: "model" }, default: "none", scope: "machine" },
  backend: {
    type: { kind: "choice", values: ["auto", "embedded", "llama-server", "openai"] satisfies BackendName[] },
    default: "auto",
    scope: "machine",
  },
  endpoint: { type: { kind: "text" }, default: "", scope: "machine" },
  serverModel: { type: { kind: "text" }, default: "", scope: "machine" },
  "llamaServer.path": { type: { kind: "text" }, default: "", scope: "machine" },
  thinkingFormat: {
    type: { kind: "choice", values: ["auto", ...thinkingFamilies] },
    default: "auto",
    scope: "machine",
  },
  effort: { type: { kind: "choice", values: efforts }, default: "auto", scope: "window" },
  contextSize: { type: optionalInteger(512, 1_048_576), default: null, scope: "machine-overridable" },
  kvCacheType: {
    type: { kind: "choice", values: ["auto", "f16", "q8_0", "q4_0"] satisfies (KvType | "auto")[] },
    default: "auto",
    scope: "machine-overridable",
  },
  threads: { type: optionalInteger(1, 512), default: null, scope: "machine" },
  parallelGenerations: { type: optionalInteger(1, 16), default: null, scope: "machine" },
  gpu: {
    type: { kind: "choice", values: ["auto", "off", "vulkan", "cuda", "metal"] satisfies GpuChoice[] },
    default: "auto",
    scope: "machine",
  },
  speculation: {
    type: {
      kind: "choice",
      values: ["auto", "off", "strict", "suffix", "recycling", "draft"] satisfies SpeculationMode[],
    },
    default: "auto",
    scope: "window",
  },
  temperature: {
    type: { kind: "number", integer: false, minimum: 0, maximum: 2, nullable: true },
    default: null,
    scope: "window",
  },
  maxTokens: { type: optionalInteger(16, 131_072), default: null, scope: "window" },
  thinkingBudget: { type: optionalInteger(0, 131_072), default: null, scope: "window" },
  parallelThoughts: {
    type: { kind: "number", integer: true, minimum: 1, maximum: 8, nullable: false },
    default: 1,
    scope: "window",
  },
  showTokenOrigins: { type: { kind: "flag" }, default: false, scope: "window" },
  codeLens: { type: { kind: "flag" }, default: false, scope: "window" },
  hoverExplain: { type: { kind: "flag" }, default: true, scope: "window" },
  modelsFolder: { type: { kind: "text" }, default: "", scope: "machine" },
  idleUnloadMinutes: {
    type: { kind: "number", integer: false, minimum: 0, maximum: 1_440, nullable: false },
    default: 15,
    scope: "machine",
  },
  promptCacheSize: {
    type: { kind: "number", integer: true, minimum: 0, maximum: 1_000_000, nullable: false },
    default: 2_000,
    scope: "machine",
  },
  pauseWhileTyping: { type: { kind: "flag" }, default: true, scope: "window" },
  sharedEngine: { type: { kind: "flag" }, default: true, scope: "machine" },
  loopGuard: { type: { kind: "flag" }, default: true, scope: "window" },
  earlyExit: {
    type: { kind: "choice", values: ["auto", "off"] satisfies Settings["earlyExit"][] },
    default: "auto",
    scope: "window",
  },
  dampHesitation: { type: { kind: "flag" }, default: false, scope: "window" },
  workspaceIndex: { type: { kind: "flag" }, default: true, scope: "window" },
  logLevel: {
    type: { kind: "choice", values: ["error", "warn", "info", "debug"] satisfies LogLevel[] },
    default: "info",
    scope: "window",
  },
};

export const settingKeys = Object.keys(settingDefinitions) as SettingKey[];

export interface SettingProblem {
  key: SettingKey;
  /** Names the setting and says what it takes, a sentence. */
  message: string;
}

/** Reads all settings; what is not set or wrong gets its default, and each wrong value is one problem. */
export function readSettings(get: (key: SettingKey) => unknown): { settings: Settings; problems: SettingProblem[] } {
  const problems: SettingProblem[] = [];
  const entries = settingKeys.map((key) => {
    const value = get(key);
    const { type, default: fallback } = settingDefinitions[key];
    if (value === undefined) return [key, fallback];
    const wanted = accepts(type, value);
    if (wanted === null) return [key, normalized(type, value, fallback)];
    const message = t(
      "The setting {0} takes {1}, not {2}. Its default ({3}) is used.",
      `${settingsSection}.${key}`,
      wanted,
      JSON.stringify(value),
      JSON.stringify(fallback),
    );
    problems.push({ key, message });
    return [key, fallback];
  });
  return { settings: Object.fromEntries(entries) as Settings, problems };
}

/** A value that fits, as all of Hunch knows it. */
function normalized({ kind }: SettingType, value: unknown, fallback: unknown): unknown {
  if (kind === "text") return (value as string).trim() || fallback;
  return kind === "model" ? modelName(value as string) || fallback : value;
}

/** null when the value fits, else what would fit. */
function accepts(type: SettingType, value: unknown): string | null {
  switch (type.kind) {
    case "text":
    case "model":
      return typeof value === "string" ? null : t("a text");
    case "flag":
      return typeof value === "boolean" ? null : t("true or false");
    case "choice":
      return type.values.includes(value as string) ? null : t("one of {0}", type.values.join(", "));
    case "number": {
      if (value === null && type.nullable) return null;
      const fits =
        typeof value === "number" &&
        value >= type.minimum &&
        value <= type.maximum &&
        (!type.integer || Number.isInteger(value));
      const wanted = type.integer
        ? t("a whole number from {0} to {1}", type.minimum, type.maximum)
        : t("a number from {0} to {1}", type.minimum, type.maximum);
      return fits ? null : type.nullable ? t("{0}, or null", wanted) : wanted;
    }
  }
}
