import fc from "fast-check";
import { expect, test } from "vitest";
import { readEvents } from "../../../../../src/engine/backends/openai/sse.ts";

async function read(pieces: Uint8Array[]): Promise<string[]> {
  async function* stream() {
    yield* pieces;
  }
  const events: string[] = [];
  for await (const event of readEvents(stream())) events.push(event);
  return events;
}

const bytes = (text: string) => new TextEncoder().encode(text);

test("however a stream is cut into pieces, in the middle of characters and line ends too, its events are the same", async () => {
  const text =
    ': comment\r\n\r\nevent: x\r\ndata: {"a": "é😀"}\r\n\r\ndata:one\ndata: two\n\nid: 3\n\ndata: [DONE]\n\n';
  const whole = bytes(text);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: whole.length }), { maxLength: 12 }), async (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), whole.length];
      const pieces = places.slice(1).map((end, i) => whole.slice(places[i], end));
      expect(await read(pieces)).toEqual(['{"a": "é😀"}', "one\ntwo", "[DONE]"]);
    }),
  );
});

test("a last event without an empty line counts", async () => {
  expect(await read([bytes("data: a\n\ndata: b")])).toEqual(["a", "b"]);
  expect(await read([bytes("data: a\n")])).toEqual(["a"]);
  expect(await read([])).toEqual([]);
});

test("a line without end is refused", async () => {
  const piece = bytes("x".repeat(1024 * 1024));
  await expect(read(Array(9).fill(piece))).rejects.toThrow("does not end");
});
