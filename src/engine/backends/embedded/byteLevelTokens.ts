/**
 * The bytes of each token of a byte-level BPE vocabulary (GPT-2's way, most families have it), read from the vocabulary's
 * own strings. llama.cpp's detokeniser tidies the text of some of them, Llama 3's among them: it drops the space before
 * `?`, `!`, `.` and `,`, so that code which the model wrote as `a ? b : c` would read `a? b : c`.
 */
import { isUtf8 } from "node:buffer";
import type { LlamaModel, Token, TokenAttributes } from "node-llama-cpp";
import { nativeTokenText } from "./nativeContext.ts";

/** What the tokenisers of other vocabularies, or a wrong reading, would not give back. */
const sample = " a ? b ! c , d . it 's\té漢🙂\r\n\n";

export class ByteLevelTokens {
  readonly #model: LlamaModel;

  private constructor(model: LlamaModel) {
    this.#model = model;
  }

  /** null: the vocabulary is none of byte-level BPE, or its strings are not to be had. */
  static from(model: LlamaModel): ByteLevelTokens | null {
    const tokens = new ByteLevelTokens(model);
    return tokens.text(model.tokenize(sample, false, "trimLeadingSpace")) === sample ? tokens : null;
  }

  /** Of a character, maybe, only a part. @param attributes of the token, where they are known */
  bytesOf(token: number, attributes = this.#model.getTokenAttributes(token as Token)): Buffer {
    const text = nativeTokenText(this.#model, token);
    const { normal, control, unknown, userDefined } = attributes;
    // Tokens that were put into the vocabulary by hand are spelt as they are.
    if (text !== undefined && (control || unknown || userDefined)) return Buffer.from(text);
    const bytes = text !== undefined && normal ? bytesOf(text) : null;
    return bytes ?? Buffer.from(this.#model.detokenize([token as Token], true));
  }

  /** null: not whole characters. */
  textOf(token: number, attributes?: TokenAttributes): string | null {
    const bytes = this.bytesOf(token, attributes);
    return isUtf8(bytes) ? bytes.toString() : null;
  }

  text(tokens: readonly number[]): string {
    return Buffer.concat(tokens.map((token) => this.bytesOf(token))).toString();
  }
}

/** The bytes that a vocabulary's string stands for; null: it is no string of byte-level BPE. */
function bytesOf(text: string): Buffer | null {
  const bytes: number[] = [];
  for (const character of text) {
    const byte = byteOf.get(character);
    if (byte === undefined) return null;
    bytes.push(byte);
  }
  return Buffer.from(bytes);
}

/** The byte behind each of GPT-2's stand-ins: printable ones stand for themselves, the others are called 256, 257, … */
const byteOf: ReadonlyMap<string, number> = standIns();

function standIns(): Map<string, number> {
  const isPrintable = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  const bytes = new Map<string, number>();
  let next = 256;
  for (let byte = 0; byte < 256; byte++) bytes.set(String.fromCharCode(isPrintable(byte) ? byte : next++), byte);
  return bytes;
}
