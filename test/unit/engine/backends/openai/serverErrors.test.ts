import { expect, test } from "vitest";
import { refusal } from "../../../../../src/engine/backends/openai/serverErrors.ts";

test("a server's words are quoted on one line, without control characters", () => {
  const message = "bad\x1b]52;c;cm0=\x07\r\n\tmember \x9b2J";
  const { message: said } = refusal(new URL("http://gpu-host:8000"), 400, JSON.stringify({ error: { message } }));
  expect(said).toBe("The server at gpu-host:8000 answers 400. It says: bad ]52;c;cm0= member 2J");
});
