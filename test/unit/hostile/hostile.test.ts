/** Nothing that stands in a file, in its name or in an answer leaves its place: from the prompt to what is drawn. */
import { Lexer, type Token } from "marked";
import { describe, expect, it } from "vitest";
import { renderChat } from "../../../src/engine/chat/chatTemplate.ts";
import { formatOf } from "../../../src/engine/thinking/formats.ts";
import { fencedBlocks, inPlaceOf } from "../../../src/features/actions/reply.ts";
import { testPath } from "../../../src/features/actions/testFile.ts";
import { applyEvent, ask, begin, fail, finish, newConversation } from "../../../src/features/chat/conversation.ts";
import { renderThread } from "../../../src/features/explain/render.ts";
import { withoutLinks } from "../../../src/host/withoutLinks.ts";
import { compose } from "../../../src/prompts/compose.ts";
import { describeProblems } from "../../../src/prompts/problems.ts";
import { safeHref } from "../../../src/webview/markdown/links.ts";
import { model, result, tokens } from "../features/support.ts";
import { hostileDocuments } from "./documents.ts";

const names = hostileDocuments.map(({ name, text }) => [name, text] as const);
const harmless = "const a = 1;";

it("there are at least 60 of them, all different", () => {
  expect(new Set(hostileDocuments.map(({ text }) => text)).size).toBeGreaterThanOrEqual(60);
});

const composed = (code: string, label = "src/a.ts") =>
  compose({
    task: "findBugs",
    question: "Is it safe?",
    code: [{ label, languageId: "typescript", startLine: 1, endLine: code.split("\n").length, code }],
    history: [],
    effort: "off",
    format: model.thinking,
  }).messages;

/** Kinds of the blocks of a message, with the text of those that are no code. */
function outline(content: string): string[] {
  return new Lexer({ gfm: true })
    .lex(content)
    .filter(({ type }) => type !== "space")
    .map((token) => (token.type === "code" ? "code" : token.raw.replace(/lines? [\d-]+/, "lines").trim()));
}

describe("a prompt", () => {
  it.each(names)("keeps code inside its fence: %s", (_name, text) => {
    const [system, user, ...rest] = composed(text);
    expect(rest).toEqual([]);
    expect([system?.role, user?.role]).toEqual(["system", "user"]);
    expect(system).toEqual(composed(harmless)[0]);
    expect(outline(user?.content ?? "")).toEqual(outline(composed(harmless)[1]?.content ?? ""));
  });

  it.each(names)("keeps a file's name on its line: %s", (_name, text) => {
    const [, user] = composed(harmless, text);
    const codes = new Lexer({ gfm: true }).lex(user?.content ?? "").filter(({ type }) => type === "code");
    expect(codes.map((code) => (code as Token & { text: string }).text)).toEqual([harmless]);
  });

  it.each(names)("keeps a problem's message on its line: %s", (_name, text) => {
    const problem = { line: 1, severity: "error", source: text, message: text } as const;
    expect(describeProblems([problem]).split(/\r?\n/)).toHaveLength(2);
  });

  it.each(names)("has no special token from a file, and only the template's roles: %s", (_name, text) => {
    const special = (content: string) =>
      renderChat(composed(content), {
        template: null,
        format: formatOf("qwen3"),
        thinking: "off",
        tokens: { bos: "", eos: "" },
      }).parts.filter((part) => part.special);
    expect(special(text)).toEqual(special(harmless));
  });
});

/** Tokens of a document and of everything in it. */
function allTokens(markdown: string): Token[] {
  const found: Token[] = [];
  const walk = (value: unknown): void => {
    if (value === null || typeof value !== "object") return;
    if (typeof (value as Token).type === "string") found.push(value as Token);
    for (const child of Object.values(value)) walk(child);
  };
  walk(new Lexer({ gfm: true }).lex(markdown));
  return found;
}

function threadWith(
  fill: (turn: ReturnType<typeof ask>, base: ReturnType<typeof begin>) => void,
  question = "Explain",
) {
  const conversation = newConversation("c");
  const turn = ask(conversation, { task: "explain", text: question, code: [] }, "auto");
  fill(turn, begin(turn, "drop"));
  return renderThread(conversation, { stale: false, kept: false }).comments.map((comment) => comment.markdown);
}

describe("an inline explanation", () => {
  it.each(names)("draws no image of an answer: %s", (_name, text) => {
    const [markdown = ""] = threadWith((turn, base) => {
      applyEvent(turn, tokens("answer", [text]), base);
      finish(turn, result(), base);
    });
    expect(allTokens(markdown).filter(({ type }) => type === "image")).toEqual([]);
  });

  it.each(names)("shows a thought and an error as plain text: %s", (_name, text) => {
    const thinking = threadWith((turn, base) => applyEvent(turn, tokens("thinking", [text]), base));
    const failed = threadWith((turn) => fail(turn, new Error(text)));
    const kinds = [...thinking, ...failed].flatMap(allTokens).map(({ type }) => type);
    expect(kinds.filter((type) => /^(image|link|html|code|codespan|heading|table)$/.test(type))).toEqual([]);
  });
});

describe("a proposed change", () => {
  it.each(names)("is text in place of text: %s", (_name, text) => {
    const [block = ""] = fencedBlocks(`\`\`\`\`\`\`\`\n${text}\n\`\`\`\`\`\`\``);
    expect(inPlaceOf("old", block).split("\n").length).toBeLessThanOrEqual(text.split("\n").length);
  });

  it.each(["/w/src/..", "/w/src/../../etc/passwd", "/w/src/a/../b.ts", "/w/src/.ssh"])(
    "%s: tests stay in its folder",
    (path) => {
      const made = testPath(path, "typescript");
      expect(made.slice(0, made.lastIndexOf("/"))).toBe(path.slice(0, path.lastIndexOf("/")));
    },
  );
});

it.each(names)("no link of the panel goes anywhere but to the web: %s", (_name, text) => {
  for (const token of allTokens(text)) {
    if (token.type === "link") expect(safeHref(token.href) ?? "https://none.example").toMatch(/^https?:/);
  }
});

describe("a notification", () => {
  /** As VS Code looks for links in one. */
  const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/gi;

  it.each(names)("shows a file's name without a link, and all of it: %s", (_name, text) => {
    const said = withoutLinks(`Hunch: Fix ${text}?`);
    expect(said.match(link)).toBeNull();
    expect(said.replaceAll("\u2060", "")).toBe(`Hunch: Fix ${text}?`.replaceAll("\u2060", ""));
  });
});
