/** What a generation is asked, as tokens, and those brought into the KV cache of a lane. */
import { HunchError } from "../common/errors.ts";
import type { GenerateParams, Notice } from "../common/protocol.ts";
import type { GenerationHooks } from "./backends/backend.ts";
import type { EngineModel } from "./backends/embedded/engineModel.ts";
import type { Lane } from "./backends/embedded/lanes.ts";
import { exchangePrompt } from "./backends/embedded/promptCache.ts";
import { prefill } from "./cache/prefix.ts";
import { renderChat, startsInside } from "./chat/chatTemplate.ts";
import type { SegmentStart } from "./thinking/segmenter.ts";

/** Context that has to be left for an answer (tokens), or the prompt counts as too long. */
const leastRoom = 64;

/** A question may be read in two wordings, one after the other: the second reuses what they share. */
export class PromptReader {
  /** Time for all prompts (ms). */
  ms = 0;
  /** Of the prompt read last. */
  promptTokens = 0;
  /** Tokens of the first prompt that the cache held. */
  cachedTokens = 0;
  readonly #model: EngineModel;
  readonly #hooks: GenerationHooks;
  readonly #notify: (notices: readonly Notice[]) => void;
  #isFirst = true;

  constructor(model: EngineModel, hooks: GenerationHooks, notify: (notices: readonly Notice[]) => void) {
    this.#model = model;
    this.#hooks = hooks;
    this.#notify = notify;
  }

  /** In the model's chat format, as it was trained on. */
  render({ prompt, controls }: GenerateParams): { prompt: number[]; start: SegmentStart } {
    const { chatTemplate, format, codec } = this.#model;
    if (prompt.kind === "raw") {
      const inside = format.open.some((marker) => prompt.text.trimEnd().endsWith(marker.trimEnd()));
      const start = { startsInside: inside, keepsSpace: !inside };
      return { prompt: codec.encode([{ text: prompt.text, special: true }]), start };
    }
    const { parts, resumedText, notices } = renderChat(prompt.messages, {
      template: chatTemplate,
      format,
      thinking: prompt.thinking,
      budget: controls.budget,
      partial: prompt.kind === "continue" ? prompt.partial : undefined,
      tokens: codec.markers,
    });
    if (notices.length > 0) this.#notify(notices);
    return { prompt: codec.encode(parts), start: { startsInside: startsInside(parts, format), resumedText } };
  }

  /** @throws HunchError emptyInput, promptTooLong */
  checkLength(tokens: number): void {
    const { contextSize } = this.#model.target.sequence;
    if (tokens === 0)
      throw new HunchError("emptyInput", "The prompt is empty.", { hint: "Ask a question or select some code." });
    if (tokens + leastRoom > contextSize)
      throw new HunchError(
        "promptTooLong",
        `The prompt has ${tokens} tokens; the context holds ${contextSize}, and an answer needs room too.`,
        { hint: "Select less code, start a new chat, or raise the context size (hunch.contextSize, --context)." },
      );
  }

  /**
   * Reads a prompt, all but its last token; how far it is is told for the first.
   * @param pause waited for before each pass; the time waited (ms)
   */
  async read(
    { sequence }: Lane,
    prompt: number[],
    params: GenerateParams,
    pause: () => Promise<number>,
  ): Promise<void> {
    const { governor, costs } = this.#model;
    const { emit, signal } = this.#hooks;
    let before = performance.now();
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    if (isFirst) await exchangePrompt(this.#model.prefixes, sequence, prompt, params);
    this.#model.useThreads();
    const cachedTokens = await prefill(sequence, prompt, {
      signal,
      beforePass: async () => {
        before += await pause();
      },
      onProgress: (processedTokens, cachedTokens) => {
        if (isFirst) emit([{ type: "prefill", processedTokens, totalTokens: prompt.length, cachedTokens }]);
      },
      onPass: (ms, size) => {
        // Only full passes are comparable with each other, and those that nobody else had a part in.
        if (size === sequence.maxPassSize && sequence.company === 0) governor.observe(ms / costs.relative(size));
        this.#model.useThreads();
      },
    });
    if (isFirst) this.cachedTokens = cachedTokens;
    this.promptTokens = prompt.length;
    this.ms += performance.now() - before;
  }
}
