/** Picks `count` lines at random from a stream of unknown length, each line with the same chance, in one pass. */
export async function sampleLines(
  lines: AsyncIterable<string>,
  count: number,
  random: () => number = Math.random,
): Promise<string[]> {
  const sample: string[] = [];
  let seen = 0;

  for await (const line of lines) {
    seen++;
    if (sample.length < count) {
      sample.push(line);
      continue;
    }
    const slot = Math.floor(random() * seen);
    if (slot < count) sample[slot] = line;
  }

  return sample;
}
