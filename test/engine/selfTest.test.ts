/** What the exactness self-test found is kept, and used only where it holds; on the real engine. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, it } from "vitest";
import { generate, loadModel } from "./support/inProcess.ts";

const never = () => false as const;

// What was found with fewer threads than may be used, on a busy machine, is not kept.
const load = () => loadModel("selfTest", inject("scripted").chain, { threads: 1 });

it("is kept between runs, and found anew with another build, processor, file or share of layers", async () => {
  const first = await load();
  await first.ensureExactness(() => true);
  expect(first.exactness).toBeNull();
  await first.ensureExactness(() => false);
  const found = first.exactness;
  expect(found).not.toBeNull();
  await first.dispose();

  const again = await load();
  expect(again.exactness).toEqual(found);
  await again.dispose();

  const folder = join(inject("scratch"), "selfTest");
  const [name] = readdirSync(folder).filter((file) => file.endsWith(".json"));
  const kept = readFileSync(join(folder, name!), "utf8");
  const { exactnessOf } = JSON.parse(kept).value;
  writeFileSync(join(folder, name!), kept.replace(exactnessOf, "another"));
  const elsewhere = await load();
  expect(elsewhere.exactness).toBeNull();
  expect(elsewhere.costsAt(1).samples()).toEqual(again.costsAt(1).samples());
  await elsewhere.dispose();
});

it.each([1e9, 1e3])(
  "the long one is made where the prompt in the cache comes back from disk, which may hold %d bytes",
  async (bytes) => {
    const options = { threads: 1, strict: true, promptCacheBytes: bytes };
    const model = await loadModel(`longTest-${bytes}`, inject("scripted").chain, options);
    expect(model.lacksLongTest).toBe(true);
    await generate(model, {
      prompt: { kind: "chat", messages: [{ role: "user", content: "?".repeat(400) }], thinking: "off" },
      maxTokens: 4,
    });
    await model.testLong(never);
    expect(model.exactness !== null).toBe(bytes === 1e9);
    expect(model.target.sequence.length > 0).toBe(bytes === 1e3);
    expect(model.lacksLongTest).toBe(false);
    await model.dispose();
  },
);
