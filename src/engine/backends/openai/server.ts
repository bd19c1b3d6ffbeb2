/** What a server is and can do, asked once when it is chosen: its make, its models, the context, how the model thinks. */
import { HunchError } from "../../../common/errors.ts";
import type { ModelInfo, Notice } from "../../../common/protocol.ts";
import { families } from "../../thinking/families.ts";
import { detectFormat, type FamilyName, formatOf, type ThinkingFormat } from "../../thinking/formats.ts";
import type { Endpoint } from "./endpoint.ts";
import type { HttpClient } from "./http.ts";

/** Who made the server, which decides what may be sent beyond OpenAI's own members. */
export type ServerMake = "hunch" | "llamacpp" | "vllm" | "sglang" | "other";

export interface ServerInfo {
  make: ServerMake;
  model: string;
  /** Tokens. */
  contextSize: number;
  format: ThinkingFormat;
  notices: Notice[];
}

/** Context (tokens) taken where neither the server nor the user tells one. */
const assumedContextSize = 8_192;

/** @param wanted the model's name; "" takes the server's first. @throws HunchError */
export async function probe(
  endpoint: Endpoint,
  http: HttpClient,
  wanted: string,
  contextSize: number | "auto",
  signal?: AbortSignal,
): Promise<ServerInfo> {
  const notices: Notice[] = [];
  if (endpoint.isPlain)
    notices.push({
      code: "unencrypted",
      message: `What is sent to ${endpoint.url.host} is not encrypted: its address begins with http.`,
    });
  const list = readModels(await http.get(endpoint.api("/models"), { signal }));
  const entry = wanted === "" ? list[0] : list.find(({ id }) => id === wanted);
  if (!entry && (wanted === "" || list.length > 0)) throw unknownModel(endpoint, wanted, list);
  const make = makeOf(entry?.owner);
  const props = make === "llamacpp" ? readProps(await http.get(endpoint.root("/props"), { signal })) : null;
  const told = props?.contextSize ?? entry?.contextSize ?? null;
  if (told === null && contextSize === "auto")
    notices.push({
      code: "contextUnknown",
      message: `The server does not tell its context; ${assumedContextSize} tokens are assumed (hunch.contextSize, --context).`,
    });
  const model = entry?.id ?? wanted;
  return {
    make,
    model,
    contextSize: contextSize === "auto" ? (told ?? assumedContextSize) : Math.min(contextSize, told ?? contextSize),
    format: entry?.family ? formatOf(entry.family) : formatFor(model, props?.chatTemplate ?? null),
    notices,
  };
}

/** Names of all models that it offers; none when it does not tell. @throws HunchError */
export async function modelNames(endpoint: Endpoint, http: HttpClient, signal: AbortSignal): Promise<string[]> {
  return readModels(await http.get(endpoint.api("/models"), { signal })).map(({ id }) => id);
}

/** Whether the server still has the model that it was chosen with. @throws HunchError, also unknownModel when it has not */
export async function stillHas(
  endpoint: Endpoint,
  http: HttpClient,
  { model }: ServerInfo,
  signal: AbortSignal,
): Promise<void> {
  const list = readModels(await http.get(endpoint.api("/models"), { signal }));
  if (list.length > 0 && !list.some(({ id }) => id === model)) throw unknownModel(endpoint, model, list);
}

/** What the rest of Hunch asks about a model; what is out of sight on a server is 0. */
export function modelInfo(server: ServerInfo, endpoint: Endpoint, loadMs: number): ModelInfo {
  const { family, native, canDisable, instructions, sampling } = server.format;
  return {
    id: server.model,
    path: endpoint.base,
    sha256: null,
    name: server.model,
    architecture: "remote",
    sizeBytes: 0,
    contextSize: server.contextSize,
    lanes: 1,
    trainContextSize: server.contextSize,
    vocabularySize: 0,
    backend: "openai",
    device: `server ${endpoint.url.host}`,
    gpuLayers: 0,
    kvType: "f16",
    flashAttention: false,
    threads: { free: 1, used: 1 },
    thinking: { family, native, canDisable, instructions, sampling },
    draft: null,
    notices: server.notices,
    loadMs: Math.round(loadMs),
  };
}

interface Entry {
  id: string;
  owner: string;
  contextSize: number | null;
  /** Told by Hunch's own server. */
  family: FamilyName | null;
}

function readModels(value: unknown): Entry[] {
  const data = (value as { data?: unknown } | null)?.data;
  if (!Array.isArray(data)) return [];
  return data.flatMap((item: Record<string, unknown> | null): Entry[] => {
    if (typeof item?.id !== "string" || item.id === "") return [];
    const meta = (item.meta ?? {}) as Record<string, unknown>;
    const sizes = [item.max_model_len, item.context_length, item.max_context_length, meta.n_ctx];
    const family = (item.thinking as { family?: unknown } | undefined)?.family;
    return [
      {
        id: item.id,
        owner: typeof item.owned_by === "string" ? item.owned_by : "",
        contextSize: sizes.find((size): size is number => Number.isSafeInteger(size) && (size as number) > 0) ?? null,
        family: typeof family === "string" && Object.hasOwn(families, family) ? (family as FamilyName) : null,
      },
    ];
  });
}

function makeOf(owner = ""): ServerMake {
  switch (owner.toLowerCase()) {
    case "hunch":
    case "llamacpp":
    case "vllm":
    case "sglang":
      return owner.toLowerCase() as ServerMake;
    default:
      return "other";
  }
}

function readProps(value: unknown): { contextSize: number | null; chatTemplate: string | null } {
  const props = (value ?? {}) as { default_generation_settings?: { n_ctx?: unknown }; chat_template?: unknown };
  const size = props.default_generation_settings?.n_ctx;
  return {
    contextSize: typeof size === "number" && size > 0 ? size : null,
    chatTemplate: typeof props.chat_template === "string" ? props.chat_template : null,
  };
}

/** Servers do not show templates, so the name has to tell; read from the top. */
const nameClues: readonly (readonly [RegExp, FamilyName])[] = [
  [/qwen3.*(instruct|coder)|qwen2/i, "elicited"],
  [/deepseek[-_ ]?r1/i, "deepseekR1"],
  [/deepseek[-_ ]?(v3\.[1-9]|v[4-9]|reasoner)/i, "deepseek"],
  [/gpt-?oss/i, "gptOss"],
  [/qwq/i, "qwq"],
  [/qwen-?3/i, "qwen3"],
  [/glm-?(4\.[5-9]|[5-9])/i, "glm"],
  [/kimi.*think/i, "kimi"],
  [/minimax-?m2/i, "minimaxM2"],
  [/magistral|ministral.*reason/i, "mistral"],
  [/seed-?oss/i, "seedOss"],
  [/gemma-?4/i, "gemma4"],
  [/think|reason|(^|\/)(o[134]|gpt-5)/i, "generic"],
];

function formatFor(name: string, chatTemplate: string | null): ThinkingFormat {
  const family = chatTemplate === null ? nameClues.find(([pattern]) => pattern.test(name))?.[1] : undefined;
  return detectFormat({ architecture: "", name, chatTemplate }, family);
}

function unknownModel(endpoint: Endpoint, wanted: string, list: readonly Entry[]): HunchError {
  if (wanted === "")
    return new HunchError("unknownModel", `The server at ${endpoint.url.host} does not tell which models it has.`, {
      hint: "Name one (hunch.serverModel, --model), and check the address, with its path (most often /v1).",
    });
  return new HunchError("unknownModel", `The server at ${endpoint.url.host} has no model "${wanted}".`, {
    hint: `It has: ${list
      .slice(0, 20)
      .map(({ id }) => id)
      .join(", ")}${list.length > 20 ? ", …" : ""}.`,
  });
}
