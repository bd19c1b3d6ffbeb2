/**
 * TeX → MathML as plain data. Temml sets the formula; of what it makes, only the elements and attributes named here go
 * on, so that a formula can neither run, load nor cover anything. Loaded with the first formula: most answers have none.
 */
import temml from "temml";

/** Its types are those of its CommonJS form; what is imported is the default export itself. */
const { __renderToMathMLTree: renderTree } = temml as unknown as typeof temml.default;

export interface MathElement {
  name: string;
  attributes: Record<string, string>;
  children: (MathElement | string)[];
}

/** Characters, levels and elements of one formula; beyond them its source is shown. */
const maxLength = 2_000;
const maxDepth = 60;
const maxElements = 3_000;

/** Definitions can make a short text a long one; the strike of \cancelto is drawn by a picture. */
const unsupported =
  /\\(?:cancelto|[gex]?def|let|futurelet|(?:re|provide)?newcommand|(?:re)?newenvironment|DeclareMathOperator)\b/;

const elementNames: ReadonlySet<string> = new Set(
  "math menclose mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none".split(
    " ",
  ),
);
const classNames: ReadonlySet<string> = new Set(
  "downstrike menclose sout tml-cancel tml-fbox tml-jot tml-left tml-right tml-xcancel upstrike".split(" "),
);
const yesOrNo = /^(?:true|false)$/;
const word = /^[a-z-]{1,30}$/;
const words = /^[a-z ]{1,200}$/;
const digit = /^[+-]?\d$/;
/** Less than a hundred of any unit, so that nothing is moved far from its place. */
const length = /^[+-]?(?:\d{1,2}|\d{0,2}\.\d{1,6})(?:em|ex|pt|px|%)?$/;
const attributeValues: Readonly<Record<string, RegExp>> = {
  accent: yesOrNo,
  accentunder: yesOrNo,
  columnalign: words,
  columnspan: digit,
  depth: length,
  displaystyle: yesOrNo,
  fence: yesOrNo,
  form: word,
  height: length,
  largeop: yesOrNo,
  linethickness: length,
  lspace: length,
  mathvariant: word,
  maxsize: length,
  minsize: length,
  movablelimits: yesOrNo,
  notation: words,
  rowspan: digit,
  rspace: length,
  scriptlevel: digit,
  separator: yesOrNo,
  stretchy: yesOrNo,
  symmetric: yesOrNo,
  voffset: length,
  width: length,
};

/** null for what is no TeX that is known here, too long, or nested too deep. */
export function typeset(source: string, display: boolean): MathElement | null {
  if (source.length > maxLength || unsupported.test(source)) return null;
  const options = { displayMode: display, throwOnError: true, strict: false, trust: false, maxExpand: 200 };
  try {
    const tree: unknown = renderTree(source, { ...options, maxSize: [10, 10] });
    const root = isNode(tree) && tree.type === "math" ? new Walk().element(tree, 0) : null;
    return root && { ...root, attributes: display ? { display: "block" } : {} };
  } catch {
    return null; // no TeX, or nested beyond the stack: its source is shown
  }
}

class Walk {
  #elements = 0;

  /** null when the node, or one in it, is not allowed. */
  element(node: MathNode, depth: number): MathElement | null {
    if (!elementNames.has(node.type) || depth > maxDepth || ++this.#elements > maxElements) return null;
    const children = this.#children(node.children, depth + 1);
    return children && { name: node.type, attributes: attributesOf(node), children };
  }

  #children(nodes: readonly unknown[], depth: number): MathElement["children"] | null {
    const children: MathElement["children"] = [];
    for (const node of nodes) {
      const drawn = this.#child(node, depth);
      if (drawn === null) return null;
      children.push(...drawn);
    }
    return children;
  }

  #child(node: unknown, depth: number): MathElement["children"] | null {
    if (isText(node)) return [node.text];
    if (isFragment(node)) return depth > maxDepth ? null : this.#children(node.children, depth + 1);
    const element = isNode(node) ? this.element(node, depth) : null;
    return element && [element];
  }
}

interface MathNode {
  type: string;
  attributes: Record<string, unknown>;
  classes: unknown[];
  style?: { border?: unknown };
  children: unknown[];
}

/** Elements beside each other, without one around them. */
function isFragment(node: unknown): node is Pick<MathNode, "children"> {
  const { type, children } = (node ?? {}) as Partial<MathNode>;
  return type === undefined && Array.isArray(children);
}

function isNode(node: unknown): node is MathNode {
  const { type, attributes, children, classes } = (node ?? {}) as Partial<MathNode>;
  return (
    typeof type === "string" && typeof attributes === "object" && Array.isArray(children) && Array.isArray(classes)
  );
}

function isText(node: unknown): node is { text: string } {
  return typeof (node as { text?: unknown }).text === "string";
}

function attributesOf({ attributes, classes, style }: MathNode): Record<string, string> {
  const entries = Object.entries(attributes).flatMap(([name, value]) => {
    const allowed = Object.hasOwn(attributeValues, name) && attributeValues[name]?.test(String(value));
    return allowed ? [[name, String(value)] as const] : [];
  });
  const known = classes.filter((name) => classNames.has(String(name)));
  if (style?.border) known.push("tml-fbox");
  return { ...Object.fromEntries(entries), ...(known.length > 0 ? { class: known.join(" ") } : {}) };
}
