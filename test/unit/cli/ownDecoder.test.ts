import { expect, test } from "vitest";
import { assertOwnDecoder } from "../../../src/cli/ownDecoder.ts";

test("what measures ways of decoding refuses a server, which has its own", () => {
  const check = (backend: "embedded" | "llama-server" | "openai") => () =>
    assertOwnDecoder({ backend }, "it can not be told", "Leave it out.");
  expect(check("embedded")).not.toThrow();
  for (const backend of ["llama-server", "openai"] as const)
    expect(check(backend)).toThrow(
      expect.objectContaining({ code: "usage", message: expect.stringContaining(backend) }),
    );
});
