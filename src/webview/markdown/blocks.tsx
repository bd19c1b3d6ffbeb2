/** Block-level Markdown as elements; each frozen block is drawn once. */

import type { Token, Tokens } from "marked";
import type { ComponentChildren } from "preact";
import { t } from "../../common/l10n.ts";
import { Scrolled } from "../components/scrolled.tsx";
import { memo } from "../memo.tsx";
import { CodeBlock } from "./codeBlock.tsx";
import { type Block, isOpenFence, languageOf } from "./document.ts";
import { maxDepth, renderInline } from "./inline.tsx";
import { MathBlockView } from "./math.tsx";

/** Headings of an answer stand below the panel's own two levels. */
const headingTags = ["h3", "h4", "h5", "h6", "h6", "h6"] as const;

export const BlockView = memo(function BlockView({ block }: { block: Block }) {
  switch (block.kind) {
    case "markdown":
      return <>{renderBlock(block.token, 0)}</>;
    case "code":
      return <CodeBlock language={block.language} code={block.code} open={block.open} />;
    case "plain":
      return <div class="plain">{block.text}</div>;
  }
});

function renderBlocks(tokens: readonly Token[], depth: number): ComponentChildren[] {
  return tokens.map((token) => renderBlock(token as Tokens.Generic, depth));
}

function renderBlock(token: Token, depth: number): ComponentChildren {
  if (depth > maxDepth) return <div class="plain">{token.raw}</div>;
  const generic = token as Tokens.Generic;
  switch (token.type) {
    case "heading": {
      const Heading = headingTags[generic.depth - 1] ?? "h6";
      return <Heading>{renderInline(generic.tokens ?? [], depth)}</Heading>;
    }
    case "paragraph":
      return <p>{renderInline(generic.tokens ?? [], depth)}</p>;
    case "text":
    case "checkbox":
      return renderInline([token], depth);
    case "list":
      return <List list={token as Tokens.List} depth={depth} />;
    case "blockquote":
      return <blockquote>{renderBlocks(generic.tokens ?? [], depth + 1)}</blockquote>;
    case "code":
      return <CodeBlock language={languageOf(generic.lang)} code={generic.text} open={isOpenFence(generic.raw)} />;
    case "table":
      return <Table table={token as Tokens.Table} depth={depth} />;
    case "math":
      // What has no end yet may still turn out to be none.
      if (generic.open) return <div class="plain">{token.raw.trimEnd()}</div>;
      return <MathBlockView raw={token.raw} source={generic.source} display />;
    case "hr":
      return <hr />;
    case "space":
    case "def":
      return null;
    default:
      // HTML blocks above all: shown as they were written.
      return <div class="plain">{token.raw.trimEnd()}</div>;
  }
}

function List({ list, depth }: { list: Tokens.List; depth: number }) {
  const items = list.items.map((item, index) => (
    <li key={index} class={item.task ? "task" : undefined}>
      {renderBlocks(item.tokens, depth + 1)}
    </li>
  ));
  if (!list.ordered) return <ul>{items}</ul>;
  return <ol start={typeof list.start === "number" ? list.start : undefined}>{items}</ol>;
}

function Table({ table, depth }: { table: Tokens.Table; depth: number }) {
  const cells = (row: Tokens.TableCell[], Cell: "th" | "td") =>
    row.map((cell, index) => (
      <Cell key={index} class={cell.align ? `align-${cell.align}` : undefined}>
        {renderInline(cell.tokens, depth)}
      </Cell>
    ));
  return (
    <Scrolled as="section" class="table" aria-label={t("Table")}>
      <table>
        <thead>
          <tr>{cells(table.header, "th")}</tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            <tr key={index}>{cells(row, "td")}</tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}
