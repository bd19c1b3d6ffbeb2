import { expect, test } from "vitest";
import { errorActions, turnActions } from "../../../src/webview/components/actions.ts";
import { head } from "./support.ts";

test("where a llama-server is missing, the panel offers to get one", () => {
  expect(errorActions("llamaServerMissing", "any")).toMatchObject([
    { label: "Get llama-server", message: { type: "installLlamaServer" } },
  ]);
});

test("what an answer fails for without a program comes before another try; else the try comes first", () => {
  const labels = (code: "llamaServerMissing" | "modelNotFound") =>
    turnActions(head({ status: "failed", error: { code, message: "", hint: "" } }), "any").map(({ label }) => label);
  expect(labels("llamaServerMissing")).toEqual(["Get llama-server", "Retry"]);
  expect(labels("modelNotFound")[0]).toBe("Retry");
});
