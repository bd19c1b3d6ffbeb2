/** What is kept of a model's costs, made to say that a large pass costs hardly more than a small one. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject } from "vitest";

/**
 * For engines that load the model from now on, without a draft model.
 * @param of `model`: path; an engine has measured its costs before. @returns undoes it
 */
export function flattenCosts(of: { model: string; kvType?: string }): () => void {
  const folder = join(inject("scratch"), "state");
  const kept = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => ({ file: join(folder, name), state: JSON.parse(readFileSync(join(folder, name), "utf8")) }));
  const ours = kept.filter(
    ({ state: { key, value } }) =>
      key?.model?.startsWith(of.model) &&
      key.draft === null &&
      (of.kvType === undefined || key.kvType === of.kvType) &&
      value.costs,
  );
  expect(ours).not.toEqual([]);
  for (const { file, state } of ours) {
    const sizes = Object.keys(state.value.costs);
    state.value.costs = Object.fromEntries(sizes.map((size) => [size, 10 + Number(size) / 100]));
    writeFileSync(file, JSON.stringify(state));
  }
  return () => {
    for (const { file } of ours) rmSync(file, { force: true });
  };
}
