import type { LlamaModel } from "node-llama-cpp";
import { describe, expect, it } from "vitest";
import type { EngineModel } from "../../../../../src/engine/backends/embedded/engineModel.ts";
import { TextCodec } from "../../../../../src/engine/backends/embedded/textCodec.ts";
import { Output } from "../../../../../src/engine/output.ts";
import { formatOf } from "../../../../../src/engine/thinking/formats.ts";

const isPrintable = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
const others = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !isPrintable(byte));
/** GPT-2's spelling of a byte. */
const spelling = (byte: number) => String.fromCharCode(isPrintable(byte) ? byte : 256 + others.indexOf(byte));

/** A vocabulary with a token for each byte, whose spellings are to be had or not. */
function codecOfBytes(isSpelt: boolean): TextCodec {
  const model = {
    tokenize: (text: string) => [...Buffer.from(text)],
    detokenize: (tokens: number[]) => Buffer.from(tokens).toString(),
    getTokenAttributes: () => ({ normal: true, control: false, unknown: false, userDefined: false }),
    isEogToken: () => false,
    ...(isSpelt ? { _model: { getTokenString: spelling } } : {}),
  };
  return new TextCodec(model as unknown as LlamaModel, 256);
}

describe.each([true, false])("where the bytes of tokens are to be had: %s", (isSpelt) => {
  const codec = codecOfBytes(isSpelt);
  const output = () => new Output({ format: formatOf("elicited"), codec } as EngineModel, { startsInside: false });
  const cut = codec.encodeText("So 漢🙂").slice(0, -1);

  it("a text that is cut inside a character ends in front of it", () => {
    const written = output();
    for (const token of cut) written.push(token, "target");
    written.end();
    expect(written.answer).toBe("So 漢");
  });

  it("text of ours behind such a one is what it is", () => {
    const written = output();
    for (const token of cut) written.push(token, "target");
    written.breakOff();
    for (const token of codec.encodeText(": é")) written.push(token, "target", true);
    written.end();
    expect(written.answer).toBe("So 漢: é");
  });
});
