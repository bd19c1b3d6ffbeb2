/** A formula, as MathML of elements and text; its source where it is not understood, and until the typesetter is there. */
import { type ComponentChildren, h } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { Scrolled } from "../components/scrolled.tsx";
import { memo } from "../memo.tsx";
import type { MathElement } from "./typeset.ts";

type Typeset = (source: string, display: boolean) => MathElement | null;

interface MathProps {
  /** With its signs, as it was written. */
  raw: string;
  source: string;
  display: boolean;
}

let loaded: Typeset | null = null;

/** Brings the typesetter; once it is there, formulas are set at once. */
export async function loadTypesetter(): Promise<Typeset> {
  loaded = (await import("./typeset.ts")).typeset;
  return loaded;
}

/** On a line of its own. */
export function MathBlockView(props: MathProps) {
  return (
    <Scrolled class="math-block">
      <MathView {...props} />
    </Scrolled>
  );
}

/** The text before and after it changes with each token; the formula is set once. */
export const MathView = memo(function MathView(props: MathProps) {
  return <Formula {...props} />;
});

function Formula({ raw, source, display }: MathProps) {
  const [typeset, setTypeset] = useState<Typeset | null>(() => loaded);
  useEffect(() => {
    if (!typeset) void loadTypesetter().then((ready) => setTypeset(() => ready));
  }, [typeset]);
  const drawn = useMemo(() => typeset?.(source, display) ?? null, [typeset, source, display]);
  return drawn ? element(drawn) : <code class="math-source">{raw.trim()}</code>;
}

function element({ name, attributes, children }: MathElement): ComponentChildren {
  return h(
    name,
    attributes,
    children.map((child) => (typeof child === "string" ? child : element(child))),
  );
}
