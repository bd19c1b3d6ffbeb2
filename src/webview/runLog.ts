/**
 * The text of one segment as it streams in, cut into chunks that never change once a new one has begun. The panel
 * redraws the last chunk only, so that a thought of 100 000 tokens costs the same per token as one of a hundred.
 */
import { appendRuns, type PanelToken, type TextRun } from "../common/panel.ts";
import type { Segment } from "../common/segments.ts";

/** Characters from which a chunk ends at the next line break. */
const softChunkLength = 2_000;
/** Characters from which a chunk ends at once: a text without line breaks must not grow one chunk for ever. */
const hardChunkLength = 8_000;

export interface RunChunk {
  /** Place of the chunk in its log. */
  key: number;
  text: string;
  /** The same text by origin. */
  runs: TextRun[];
}

export class RunLog {
  readonly chunks: RunChunk[] = [];
  /** Characters in all chunks. */
  length = 0;

  /** Adds the tokens of `segment`; those of the other segment are passed over. */
  append(tokens: readonly PanelToken[], segment: Segment): void {
    for (const token of tokens) {
      if (token.segment !== segment || token.text === "") continue;
      this.length += token.text.length;
      this.#add(token);
    }
  }

  /** The whole text; joins all chunks, so not for every frame. */
  text(): string {
    return this.chunks.map((chunk) => chunk.text).join("");
  }

  #add(token: PanelToken): void {
    let chunk = this.chunks.at(-1);
    if (!chunk || isFull(chunk)) {
      chunk = { key: this.chunks.length, text: "", runs: [] };
      this.chunks.push(chunk);
    }
    const end = chunk.text.length + token.text.length >= softChunkLength ? token.text.lastIndexOf("\n") + 1 : 0;
    if (end > 0 && end < token.text.length) {
      this.#add({ ...token, text: token.text.slice(0, end) });
      this.#add({ ...token, text: token.text.slice(end) });
      return;
    }
    chunk.text += token.text;
    appendRuns(chunk.runs, [token], token.segment);
  }
}

function isFull(chunk: RunChunk): boolean {
  return chunk.text.length >= hardChunkLength || (chunk.text.length >= softChunkLength && chunk.text.endsWith("\n"));
}
