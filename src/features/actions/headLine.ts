/** Whether a line looks like the head of a definition: for the lightbulb, which asks at every move of the cursor. Pure. */
import { definitionWords } from "../../host/code.ts";
import { control } from "../../host/indentation.ts";

const modifiers =
  "(?:(?:export|default|async|public|private|protected|internal|static|final|abstract|override|sealed|partial|open|inline|virtual|unsafe|const|declare|suspend|pub(?:\\([^)]*\\))?)\\s+)*";
/** "function total(", "class Cart", "fn add(", "func (c *Cart) Add(", "def total(". */
const byWord = new RegExp(`^\\s*${modifiers}(?:(?:function|impl)\\b|(?:${definitionWords})\\s|[gs]et\\s+\\w+\\()`);
/** "const total = (items) =>", "let f = function". */
const inVariable =
  /^\s*(?:export\s+)?(?:const|let|var|val)\s+[\w$]+[^=]*=\s*(?:async\s+)?(?:function\b|(?:\([^()]*\)|[\w$]+)[^=]*=>|\($)/;
/** "public int total(List<Item> items) {", "add(item: Item): void {". */
const byParentheses = /^\s*[\w$<>[\],.*&:?~@ \t]*[\w$]\s*\([^"'`]*\{\s*$/;

export function isHeadLine(text: string): boolean {
  if (control.test(text)) return false;
  return byWord.test(text) || inVariable.test(text) || (byParentheses.test(text) && !text.includes("=>"));
}
