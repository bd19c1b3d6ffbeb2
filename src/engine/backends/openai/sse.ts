/**
 * Server-sent events (WHATWG HTML, 9.2) from a byte stream: the data of each event. Names, ids and comments mean nothing
 * here.
 */

/** A line longer than this (characters) is no event of a language model. */
const lineLimit = 8 * 1024 * 1024;

/** @throws Error for a line without end, and what the stream throws when it breaks off */
export async function* readEvents(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  let data: string[] = [];
  for await (const bytes of stream) {
    rest += decoder.decode(bytes, { stream: true });
    // A \r at the end may be the first half of \r\n.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    if (rest.length > lineLimit) throw new Error("a line of the stream does not end");
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0) yield data.join("\n");
        data = [];
      } else if (line.startsWith("data:")) data.push(line.slice(line[5] === " " ? 6 : 5));
    }
  }
  // Some servers leave out the last empty line.
  if (rest.startsWith("data:")) data.push(rest.slice(rest[5] === " " ? 6 : 5).trimEnd());
  if (data.length > 0) yield data.join("\n");
}
