/**
 * Inline Markdown tokens as elements. A few HTML tags without attributes are honoured because people and models write
 * them in Markdown; any other tag is shown as the text it is. So no answer can create an element or an attribute that is
 * not named here, and code that was forgotten to be fenced ("use <Foo />") stays readable.
 */

import type { Token, Tokens } from "marked";
import { type ComponentChildren, h } from "preact";
import { t } from "../../common/l10n.ts";
import { decodeEntities } from "./entities.ts";
import { Link } from "./link.tsx";
import { MathView } from "./math.tsx";

const honouredTags: ReadonlySet<string> = new Set([
  "b",
  "code",
  "del",
  "em",
  "i",
  "ins",
  "kbd",
  "mark",
  "s",
  "small",
  "strong",
  "sub",
  "sup",
  "u",
]);

interface OpenTag {
  tag: string;
  /** The tag as written, for when it is never closed. */
  raw: string;
  children: ComponentChildren[];
}

/** `depth` counts levels of nesting, so that absurd ones end as text. */
export function renderInline(tokens: readonly Token[], depth: number): ComponentChildren[] {
  const root: ComponentChildren[] = [];
  const open: OpenTag[] = [];
  /** Names of open tags that are nested too deep to be honoured. */
  const tooDeep: string[] = [];
  const target = () => open.at(-1)?.children ?? root;
  for (const token of tokens) {
    if (token.type !== "html") {
      target().push(renderToken(token as Exclude<Tokens.Generic, Tokens.Tag>, depth + open.length));
      continue;
    }
    const tag = simpleTag(token.raw);
    if (tag?.name === "br") target().push(<br />);
    else if (tag?.kind === "open" && depth + open.length < maxDepth)
      open.push({ tag: tag.name, raw: token.raw, children: [] });
    else if (tag?.kind === "open") {
      tooDeep.push(tag.name);
      target().push(token.raw);
    } else if (tag?.kind === "close" && tooDeep.at(-1) === tag.name) {
      tooDeep.pop();
      target().push(token.raw);
    } else if (tag?.kind === "close" && open.at(-1)?.tag === tag.name) {
      const { children } = open.pop()!;
      target().push(h(tag.name, null, children));
    } else target().push(token.raw);
  }
  while (open.length > 0) {
    const { raw, children } = open.pop()!;
    target().push(raw, ...children);
  }
  return root;
}

function renderToken(token: Tokens.Generic, depth: number): ComponentChildren {
  const children = () => (depth > maxDepth ? [token.raw] : renderInline(token.tokens ?? [], depth + 1));
  switch (token.type) {
    case "strong":
      return <strong>{children()}</strong>;
    case "em":
      return <em>{children()}</em>;
    case "del":
      return <del>{children()}</del>;
    case "codespan":
      return <code>{token.text}</code>;
    case "math":
      return <MathView raw={token.raw} source={token.source} display={token.display} />;
    case "br":
      return <br />;
    case "link":
      return (
        <Link href={token.href} literal={token.autolink === true}>
          {children()}
        </Link>
      );
    case "image":
      return <ImageText alt={decodeEntities(token.text)} />;
    case "checkbox":
      return (
        <input type="checkbox" disabled checked={token.checked} aria-label={token.checked ? t("Done") : t("To do")} />
      );
    case "escape":
      return token.text;
    case "text":
      return token.tokens ? children() : decodeEntities(token.text);
    default:
      return token.raw;
  }
}

/** Levels of nested Markdown that are drawn; deeper ones stay as they were written. */
export const maxDepth = 24;

/** Pictures named by an answer are not loaded: it would tell a server that somebody reads this. */
function ImageText({ alt }: { alt: string }) {
  return <span class="image-text">[{alt ? t("Picture: {0}", alt) : t("Picture")}]</span>;
}

interface SimpleTag {
  kind: "open" | "close";
  name: string;
}

/** `<b>`, `</b>`, `<br>` or `<br/>`; null for any other tag and for any attribute. */
function simpleTag(raw: string): SimpleTag | null {
  const match = /^<(\/?)([A-Za-z]+)\s*(\/?)>$/.exec(raw);
  const name = match?.[2]?.toLowerCase() ?? "";
  if (name === "br") return { kind: "open", name };
  if (!match || match[3] === "/" || !honouredTags.has(name)) return null;
  return { kind: match[1] === "/" ? "close" : "open", name };
}
