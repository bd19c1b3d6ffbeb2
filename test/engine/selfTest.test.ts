/** What the exactness self-test found is kept, and used only where it holds; on the real engine. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, it } from "vitest";
import { loadModel } from "./support/inProcess.ts";

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
