import { describe, expect, it } from "vitest";
import { relocate } from "../../../../src/features/explain/relocate.ts";

const document = "a();\nif (x) {\n  b();\n}\nc();\n";
const text = "if (x) {\n  b();\n}";
const lines = { startLine: 1, endLine: 3 };

describe("relocate", () => {
  it.each([
    ["where it was", document, 1],
    ["after lines were added above", `// one\n// two\n${document}`, 3],
    ["after lines above are gone", document.slice(5), 0],
    ["with other line ends", document.replaceAll("\n", "\r\n"), 1],
    ["at the very end", `a();\na();\n${text}`, 2],
  ])("%s", (_name, now, startLine) => {
    expect(relocate(now, text, lines)).toEqual({ lines: { startLine, endLine: startLine + 2 }, stale: false });
  });

  it.each([
    ["code that was changed", document.replace("b()", "d()"), 1, 3],
    ["code that is twice elsewhere", `// new\n${document}${document}`, 1, 3],
    ["lines that begin or end in the middle of one", `x();\n y; ${text}`, 1, 3],
    ["a document that is shorter now", "a();\nb();", 1, 1],
    ["an empty one", "", 0, 0],
  ])("%s is stale", (_name, now, startLine, endLine) => {
    expect(relocate(now, text, lines)).toEqual({ lines: { startLine, endLine }, stale: true });
  });
});
