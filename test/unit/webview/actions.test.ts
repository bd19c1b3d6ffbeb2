import { expect, test } from "vitest";
import { errorActions } from "../../../src/webview/components/actions.ts";

test("where a llama-server is missing, the panel offers to get one", () => {
  expect(errorActions("llamaServerMissing", "any")).toMatchObject([
    { label: "Get llama-server", message: { type: "installLlamaServer" } },
  ]);
});
