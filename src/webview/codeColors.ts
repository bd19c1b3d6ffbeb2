/** The colours of code of the editor's theme, before those of theme.css: what the theme does not say stays as it is there. */
import { type CodeColors, codeKinds } from "../common/panel.ts";

/** @param style of the body, whose classes theme.css goes by */
export function applyCodeColors(style: CSSStyleDeclaration, colors: CodeColors): void {
  for (const kind of codeKinds) {
    const color = colors[kind];
    if (color) style.setProperty(`--hunch-code-${kind}`, color);
    else style.removeProperty(`--hunch-code-${kind}`);
  }
}
