/** A code block: its language, Copy, Insert and Apply, and the code in colours, drawn a few lines at a time. */

import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../common/l10n.ts";
import { IconButton } from "../components/iconButton.tsx";
import { Scrolled } from "../components/scrolled.tsx";
import { memo } from "../memo.tsx";
import { TurnContext, usePanel } from "../panelContext.ts";
import { type CodeChunk, Highlighter, languageName, spansOf } from "./highlight.ts";

interface CodeBlockProps {
  language: string;
  code: string;
  /** Its closing fence is not there: not yet, or never where the answer ended before. */
  open: boolean;
}

/** How long "Copied" stays (ms). */
const copiedMs = 1500;

export function CodeBlock({ language, code, open }: CodeBlockProps) {
  const { post, announce } = usePanel();
  const turn = useContext(TurnContext);
  const growing = open && turn.running;
  const copied = useBriefly(copiedMs);
  const chunks = useHighlighted(language, code);
  const name = language ? languageName(language) : t("Text");
  const copy = () => {
    post({ type: "copy", text: code });
    copied.start();
    announce(t("Code copied."));
  };
  return (
    <figure class="code" aria-label={t("Code, {0}", name)} aria-busy={growing}>
      <figcaption>
        <span class="code-language">{name}</span>
        <IconButton icon={copied.on ? "check" : "copy"} title={t("Copy")} label={t("Copy code")} onClick={copy} />
        <IconButton
          icon="insert"
          title={t("Insert at cursor")}
          label={t("Insert code at the editor's cursor")}
          disabled={growing}
          onClick={() => post({ type: "insert", code })}
        />
        <IconButton
          icon="diff"
          title={t("Show as a change, to apply")}
          label={t("Show the code as a change, to apply")}
          // Of an answer that was cut off, a part of the code would be put in place of all of it.
          disabled={open && !turn.whole}
          onClick={() => post({ type: "proposeCode", turnId: turn.id, code })}
        />
      </figcaption>
      <Scrolled as="pre">
        <code>
          {chunks.map((chunk, index) => (
            <CodeChunkView key={index} chunk={chunk} />
          ))}
        </code>
      </Scrolled>
    </figure>
  );
}

const CodeChunkView = memo(function CodeChunkView({ chunk }: { chunk: CodeChunk }) {
  return (
    <span class="code-chunk">
      {spansOf(chunk).map(({ className, text }) => (className ? <span class={className}>{text}</span> : text))}
      {"\n"}
    </span>
  );
});

/** Keeps one highlighter while the code only grows; other code, or another language, begins anew. */
function useHighlighted(language: string, code: string): CodeChunk[] {
  const state = useRef<{ language: string; code: string; highlighter: Highlighter; chunks: CodeChunk[] } | null>(null);
  const last = state.current;
  if (last && last.language === language && last.code === code) return last.chunks;
  const goesOn = last !== null && last.language === language && code.startsWith(last.code);
  const highlighter = goesOn ? last.highlighter : new Highlighter(language);
  const chunks = highlighter.update(code);
  state.current = { language, code, highlighter, chunks };
  return chunks;
}

/** On for `ms` after each start. */
function useBriefly(ms: number): { on: boolean; start(): void } {
  const [startedAt, setStartedAt] = useState<number | null>(null);
  useEffect(() => {
    if (startedAt === null) return;
    const timer = setTimeout(() => setStartedAt(null), ms);
    return () => clearTimeout(timer);
  }, [startedAt, ms]);
  return { on: startedAt !== null, start: () => setStartedAt(performance.now()) };
}
