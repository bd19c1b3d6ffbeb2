/** Text to tokens and back for one model. */
import { StringDecoder } from "node:string_decoder";
import { setImmediate } from "node:timers/promises";
import type { LlamaModel, Token } from "node-llama-cpp";
import type { PromptPart } from "../../chat/chatTemplate.ts";
import { ByteLevelTokens } from "./byteLevelTokens.ts";
import { PerToken } from "./perToken.ts";

/** Tokens held back at most while they do not make up whole characters. */
const longestPartial = 8;
const replacement = "\uFFFD";
const unfinished = /\uFFFD+$/;

/**
 * "control": no text for the user (end of turn and the like); "added": text with a token of its own, put into the
 * vocabulary by hand, as many families do with `<think>`; else "text".
 */
export type TokenKind = "control" | "added" | "text";

interface TokenFacts {
  kind: TokenKind;
  endsGeneration: boolean;
  /** null: parts of characters, or what a token adds is not to be told from it alone. */
  text: string | null;
}

/** Tokens learnt at a time, between which somebody who waits is let in: a millisecond or two. */
const learntAtOnce = 1_000;

/** Text of tokens as they come; what is no whole character yet is held back. */
export interface StreamDecoder {
  /** The text that `token` completes; empty while a character is unfinished. */
  push(token: number): string;
  /** The whole characters that are still held back: nothing more belongs to them. An unfinished one is dropped. */
  end(): string;
}

export class TextCodec {
  readonly #model: LlamaModel;
  /** null: a vocabulary of another type. */
  readonly #bytes: ByteLevelTokens | null;
  readonly #facts: PerToken<TokenFacts>;
  /** Tokens below are learnt. */
  #learntTo = 0;

  /** @param size of the vocabulary (tokens) */
  constructor(model: LlamaModel, size: number) {
    this.#model = model;
    this.#bytes = ByteLevelTokens.from(model);
    this.#facts = new PerToken(size, (token) => {
      const attributes = model.getTokenAttributes(token as Token);
      const { control, unknown, userDefined } = attributes;
      return {
        kind: control || unknown ? "control" : userDefined ? "added" : "text",
        endsGeneration: model.isEogToken(token as Token),
        text: this.#bytes?.textOf(token, attributes) ?? null,
      };
    });
  }

  /** Looks tokens up that are likely to be written soon: a microsecond or three each in a row, some hundred one by one. */
  learn(tokens: readonly number[]): void {
    if (!this.knowsAll) for (const token of tokens) this.#facts.of(token);
  }

  /** Looks all tokens up, half a second's work for 150,000 of them. @param stop asked now and then */
  async learnAll(stop: () => boolean): Promise<void> {
    while (!this.knowsAll && !stop()) {
      const end = Math.min(this.#learntTo + learntAtOnce, this.#facts.size);
      while (this.#learntTo < end) this.#facts.of(this.#learntTo++);
      await setImmediate();
    }
  }

  get knowsAll(): boolean {
    return this.#learntTo === this.#facts.size;
  }

  /** Texts of the tokens that templates ask for; "" where the vocabulary has none. */
  get markers(): { bos: string; eos: string } {
    const { bosString, eosString } = this.#model.tokens;
    return { bos: bosString ?? "", eos: eosString ?? "" };
  }

  /** Neighbouring parts of one kind are tokenised together, so that joins inside template text do not change tokens. */
  encode(parts: readonly PromptPart[]): number[] {
    const tokens: number[] = [];
    const { bos, shouldPrependBosToken } = this.#model.tokens;
    const joined: PromptPart[] = [];
    for (const part of parts) {
      const last = joined.at(-1);
      if (part.text === "") continue;
      if (last && last.special === part.special) last.text += part.text;
      else joined.push({ ...part });
    }
    // One by one: a call takes some 125,000 arguments at most.
    for (const [i, part] of joined.entries())
      for (const token of this.#model.tokenize(part.text, part.special, i > 0 ? "trimLeadingSpace" : undefined))
        tokens.push(token);
    if (shouldPrependBosToken && bos !== null && tokens[0] !== bos) tokens.unshift(bos);
    return tokens;
  }

  encodeText(text: string): number[] {
    return text === "" ? [] : [...this.#model.tokenize(text, false, "trimLeadingSpace")];
  }

  /** Text that Hunch writes behind what is there, its markers as tokens: nothing is put in front, as in front of a prompt. */
  encodeBehind(text: string): number[] {
    return text === "" ? [] : [...this.#model.tokenize(text, true, "trimLeadingSpace")];
  }

  isEndOfGeneration(token: number): boolean {
    return this.#facts.of(token).endsGeneration;
  }

  kindOf(token: number): TokenKind {
    return this.#facts.of(token).kind;
  }

  /** @param before tokens in front of these: some tokenizers give the first token of a text without its space. */
  decode(tokens: readonly number[], before: readonly number[]): string {
    return this.#bytes?.text(tokens) ?? this.#model.detokenize(tokens as Token[], true, before as Token[]);
  }

  streamDecoder(): StreamDecoder {
    return this.#bytes ? new ByteStreamDecoder(this.#bytes, this.#facts) : new TextStreamDecoder(this);
  }
}

class ByteStreamDecoder implements StreamDecoder {
  readonly #bytes: ByteLevelTokens;
  readonly #facts: PerToken<TokenFacts>;
  readonly #utf8 = new StringDecoder("utf8");
  /** A part of a character may be held back. */
  #mayHold = false;

  constructor(bytes: ByteLevelTokens, facts: PerToken<TokenFacts>) {
    this.#bytes = bytes;
    this.#facts = facts;
  }

  push(token: number): string {
    const { text } = this.#facts.of(token);
    if (text !== null && !this.#mayHold) return text;
    this.#mayHold = text === null;
    return this.#utf8.write(text === null ? this.#bytes.bytesOf(token) : Buffer.from(text));
  }

  end(): string {
    this.#utf8.end();
    this.#mayHold = false;
    return "";
  }
}

/** For vocabularies whose tokens' bytes are not to be had: whether a character is whole is told by its text. */
class TextStreamDecoder implements StreamDecoder {
  readonly #codec: TextCodec;
  #pending: number[] = [];
  #before: number[] = [];

  constructor(codec: TextCodec) {
    this.#codec = codec;
  }

  push(token: number): string {
    this.#pending.push(token);
    const text = this.#codec.decode(this.#pending, this.#before);
    if (text.endsWith(replacement) && this.#pending.length < longestPartial) return "";
    return this.#take(text);
  }

  end(): string {
    if (this.#pending.length === 0) return "";
    return this.#take(this.#codec.decode(this.#pending, this.#before)).replace(unfinished, "");
  }

  #take(text: string): string {
    this.#before = [...this.#before, ...this.#pending].slice(-4);
    this.#pending = [];
    return text;
  }
}
