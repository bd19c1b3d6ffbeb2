import { Lexer, type Token, type Tokens } from "marked";
import { expect, it } from "vitest";
import { commandLink } from "../../../../src/features/lens/commandLink.ts";
import { hostileDocuments } from "../../hostile/documents.ts";

const uris: (readonly [string, string])[] = [
  ["a path", "file:///w/src/a.ts"],
  ["signs that end links", "file:///w/a)](command:workbench.action.quit) <b>.ts"],
  // Addresses have no lone surrogates; bytes and back replaces them.
  ...hostileDocuments.map(({ name, text }) => [name, Buffer.from(text).toString()] as const),
];

it.each(uris)("is one link that gives back its arguments: %s", (_name, uri) => {
  const [paragraph, ...rest] = new Lexer({ gfm: true }).lex(
    commandLink("Explain", "hunch.explainSymbol", { uri, line: 3 }),
  );
  const [link, ...others] = (paragraph as Token & { tokens: Token[] }).tokens;
  expect([rest, others, link?.type]).toEqual([[], [], "link"]);
  const [command, query = ""] = (link as Tokens.Link).href.split("?");
  expect(command).toBe("command:hunch.explainSymbol");
  expect(JSON.parse(decodeURIComponent(query))).toEqual([{ uri, line: 3 }]);
});
