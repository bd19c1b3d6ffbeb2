/** Syntax colours for code in a terminal, from highlight.js. */
import hljs from "highlight.js/lib/common";
import { paint, type Style } from "./ansi.ts";

/** Styles by highlight.js scope; a scope counts by its part before the first dot or underscore. */
const styles: Record<string, Style> = {
  keyword: "magenta",
  literal: "magenta",
  type: "cyan",
  built: "cyan",
  title: "blue",
  section: "blue",
  name: "blue",
  string: "green",
  regexp: "green",
  number: "yellow",
  symbol: "yellow",
  attr: "cyan",
  attribute: "cyan",
  comment: "grey",
  doctag: "grey",
  meta: "grey",
  addition: "green",
  deletion: "red",
};

const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#x27": "'" };

/** Lines of the code, coloured; plain when the language is not known. */
export function highlightLines(code: string, language: string | undefined): string[] {
  if (!language || !hljs.getLanguage(language)) return code.split("\n");
  const { value } = hljs.highlight(code, { language, ignoreIllegals: true });
  // The result is nested spans with escaped text and nothing else.
  const open: (Style | null)[] = [];
  let out = "";
  for (const [, scope, close, text] of value.matchAll(/<span class="hljs-([^"]*)">|(<\/span>)|([^<]+)/g)) {
    if (scope !== undefined) open.push(styles[scope.split(/[ ._]/)[0] ?? ""] ?? null);
    else if (close) open.pop();
    else if (text)
      out += styled(
        text.replace(/&(amp|lt|gt|quot|#x27);/g, (_, name) => entities[name] ?? ""),
        open,
      );
  }
  return out.split("\n");
}

/** Styles end at each line's end, so that a line can be shown alone. */
function styled(text: string, open: readonly (Style | null)[]): string {
  const style = open.findLast((candidate) => candidate !== null);
  if (!style) return text;
  return text
    .split("\n")
    .map((line) => paint(line, style))
    .join("\n");
}
