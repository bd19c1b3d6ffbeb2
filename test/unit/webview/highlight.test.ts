import { describe, expect, it } from "vitest";
import { decodeEntities } from "../../../src/webview/markdown/entities.ts";
import { Highlighter, languageName, spansOf } from "../../../src/webview/markdown/highlight.ts";
import { safeHref } from "../../../src/webview/markdown/links.ts";

const textOf = (chunks: string[]) =>
  chunks
    .map((chunk) =>
      spansOf(chunk)
        .map((span) => span.text)
        .join(""),
    )
    .join("\n");

const definition = (i: number) =>
  `/** Adds ${i} & compares "<".\n * Over two lines. */\nexport function f${i}(a: string): number {\n  return a < \`x\${${i}}\` && true ? ${i} : 0x1f;\n}\n\n`;

describe("highlighting", () => {
  it("shows exactly the code, whatever is in it", () => {
    const code = `const a = "<span class='x'>&amp;</span>"; // </code> &#x27;\n\n\tif (a) { }\n\n`;
    for (const language of ["typescript", "html", "python", "nosuchlanguage", ""])
      expect(textOf(new Highlighter(language).update(code))).toBe(code);
  });

  it("colours keywords, strings and comments, also over several lines", () => {
    const spans = new Highlighter("ts").update("/* a\nb */ const x = 'y';").flatMap(spansOf);
    const classOf = (text: string) => spans.find((span) => span.text.includes(text))?.className;
    expect(classOf("b */")).toBe("hljs-comment");
    expect(classOf("const")).toBe("hljs-keyword");
    expect(classOf("'y'")).toBe("hljs-string");
  });

  it("keeps a colour over hundreds of lines that are drawn in parts", () => {
    const chunks = new Highlighter("ts").update(`/*\n${"line\n".repeat(200)}*/`);
    expect(chunks.length).toBeGreaterThan(3);
    for (const span of chunks.flatMap(spansOf))
      if (span.text.trim() !== "") expect(span.className).toBe("hljs-comment");
  });

  it("keeps the text whole while code grows over many segments", () => {
    const code = Array.from({ length: 400 }, (_, i) => definition(i)).join("");
    const highlighter = new Highlighter("typescript");
    for (let length = 0; length < code.length; length += 977) {
      const part = code.slice(0, length);
      expect(textOf(highlighter.update(part)) === part).toBe(true);
    }
  });

  it("does not touch finished chunks again", () => {
    const code = Array.from({ length: 400 }, (_, i) => definition(i)).join("");
    const highlighter = new Highlighter("typescript");
    const early = highlighter.update(code.slice(0, 20_000));
    const later = highlighter.update(code);
    const finished = Math.floor(early.length / 2);
    expect(later.slice(0, finished)).toEqual(early.slice(0, finished));
  });

  it("copes with a line that never ends", () => {
    const code = "x".repeat(50_000);
    const chunks = new Highlighter("js").update(code);
    expect(textOf(chunks).replaceAll("\n", "")).toBe(code);
    // Without colours: the grammar would need seconds for it.
    expect(chunks.flatMap(spansOf).every((span) => span.className === "")).toBe(true);
  });

  it("names languages as people do", () => {
    expect(["ts", "py", "sh", "cpp", "nosuch"].map(languageName)).toEqual([
      "TypeScript",
      "Python",
      "Bash",
      "C++",
      "nosuch",
    ]);
  });
});

describe("links", () => {
  it.each([
    ["https://a.example/x?y=1&amp;z=2", "https://a.example/x?y=1&z=2"],
    ["HTTP://A.example", "http://a.example/"],
  ])("offers %s", (href, target) => expect(safeHref(href)).toBe(target));

  it.each([
    "javascript:alert(1)",
    "java&#115;cript:alert(1)",
    "javascript&colon;alert(1)",
    "java\tscript:alert(1)",
    "\u0001javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "command:x",
    "vscode://x",
    "mailto:a@b.example",
    "//evil.example",
    "src/a.ts",
    "",
  ])("does not offer %j", (href) => expect(safeHref(href)).toBeNull());
});

describe("character references", () => {
  it("resolves names and numbers and leaves the rest", () => {
    expect(decodeEntities("&lt;a&gt; &amp;lt; &#39;&#x1F600; &nope; &constructor; & &#0; &#xD800; &#x110000;")).toBe(
      "<a> &lt; '😀 &nope; &constructor; & \ufffd \ufffd \ufffd",
    );
  });
});
