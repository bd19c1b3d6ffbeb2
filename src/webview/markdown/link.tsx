/** A link of an answer. It carries no address of its own: the host hears of the click, and VS Code asks before opening. */
import type { ComponentChildren } from "preact";
import { usePanel } from "../panelContext.ts";
import { safeHref } from "./links.ts";

interface LinkProps {
  href: string;
  /** The address is written out in the text, character references included. */
  literal: boolean;
  children: ComponentChildren;
}

export function Link({ href, literal, children }: LinkProps) {
  const { post } = usePanel();
  const target = safeHref(literal ? href.replaceAll("&", "&amp;") : href);
  if (!target) return <span>{children}</span>;
  const open = () => post({ type: "openLink", href: target });
  return (
    // biome-ignore lint/a11y/useSemanticElements: an <a href> would be followed by the editor, whatever it leads to
    <span
      role="link"
      class="link"
      tabIndex={0}
      title={target}
      onClick={open}
      onKeyDown={(event) => {
        if (event.key === "Enter") open();
      }}
    >
      {children}
    </span>
  );
}
