import { type AddressInfo, createServer } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { parseAskRequest } from "../../../../src/cli/askRequest.ts";
import { Interrupts } from "../../../../src/cli/interrupts.ts";
import { PlainOutput } from "../../../../src/cli/output/plain.ts";
import { serve } from "../../../../src/cli/serve/serve.ts";
import { ModelStore } from "../../../../src/models/store.ts";
import { fileServer, serve as serveFile } from "../../models/support/fileServer.ts";
import { temporaryFolder } from "../../models/support/folder.ts";
import { modelOf, testContent } from "../../models/support/model.ts";

test("a port that is taken is told before the model is fetched", async () => {
  const content = testContent(1_000);
  const source = await fileServer(serveFile(content));
  vi.stubEnv("HF_ENDPOINT", source.origin);
  onTestFinished(() => void vi.unstubAllEnvs());
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const interrupts = new Interrupts();
  onTestFinished(() => interrupts.dispose());

  const { engine } = parseAskRequest(["Hello", "--model", "test"]);
  const store = new ModelStore({ folder: temporaryFolder(), models: [modelOf(content, { id: "test" })] });
  const silent = () => {};
  const context = { store, output: new PlainOutput(silent, silent), interrupts, verbose: false };
  const served = serve({ engine, port, apiKey: null, origins: [] }, context, silent);
  await expect(served).rejects.toMatchObject({ code: "portInUse" });
  expect(source.requests).toEqual([]);
});
