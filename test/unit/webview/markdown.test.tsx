// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { FromPanel } from "../../../src/common/panel.ts";
import { BlockView } from "../../../src/webview/markdown/blocks.tsx";
import { MarkdownDocument } from "../../../src/webview/markdown/document.ts";
import { loadTypesetter } from "../../../src/webview/markdown/math.tsx";
import { type PanelActions, PanelContext } from "../../../src/webview/panelContext.ts";
import { hostile } from "./markdownCorpus.ts";

const sent: FromPanel[] = [];
const spoken: string[] = [];
const unused = () => {
  throw new Error("not for Markdown");
};
const actions: PanelActions = {
  post: (message) => sent.push(message),
  failed: unused,
  announce: (sentence) => spoken.push(sentence),
  setDraft: unused,
  toggleThought: unused,
  toggleStats: unused,
  changeReferences: unused,
  ask: unused,
  setEditing: unused,
  showSessions: unused,
  setPlace: unused,
};

function draw(source: string): HTMLElement {
  const document_ = new MarkdownDocument();
  document_.append(source);
  document_.complete();
  const root = document.createElement("div");
  document.body.append(root);
  render(
    <PanelContext.Provider value={actions}>
      {[...document_.frozen, ...document_.tail].map((block) => (
        <BlockView key={block.key} block={block} />
      ))}
    </PanelContext.Provider>,
    root,
  );
  return root;
}

beforeAll(async () => {
  await loadTypesetter();
});

afterEach(() => {
  document.body.replaceChildren();
  sent.length = 0;
  spoken.length = 0;
});

const allowedElements = new Set(
  "a b blockquote br button code del div em figcaption figure h3 h4 h5 h6 hr i input ins kbd li mark ol p path pre s section small span strong sub sup svg table tbody td th thead tr u ul".split(
    " ",
  ),
);
const allowedInMath = new Set(
  "math mi mn mo mtext mspace mrow mfrac msqrt mroot msub msup msubsup munder mover munderover mstyle mpadded mphantom mtable mtr mtd menclose".split(
    " ",
  ),
);
const allowedMathAttributes = new Set(
  "class display displaystyle form fence height lspace mathvariant movablelimits rspace scriptlevel stretchy voffset width".split(
    " ",
  ),
);
const allowedAttributes = new Set(
  "aria-busy aria-hidden aria-label checked class d disabled focusable height role start tabindex title type viewbox width".split(
    " ",
  ),
);

describe("an answer in Markdown", () => {
  it.each(Object.entries(hostile))("can not create elements or attributes of its own: %s", (_, source) => {
    const root = draw(source);
    for (const element of root.querySelectorAll("*")) {
      if (element.closest("math")) {
        expect(allowedInMath).toContain(element.tagName.toLowerCase());
        for (const { name, value } of element.attributes) {
          expect(allowedMathAttributes).toContain(name);
          expect(value).toMatch(/^[a-z -]+$|^-?\d{0,2}(\.\d+)?(em|ex|pt)?$/);
        }
        continue;
      }
      expect(allowedElements, element.outerHTML.slice(0, 200)).toContain(element.tagName.toLowerCase());
      for (const { name } of element.attributes) expect(allowedAttributes).toContain(name.toLowerCase());
      if (element.tagName === "INPUT") expect(element.getAttribute("type")).toBe("checkbox");
    }
    expect(root.textContent).not.toBe("");
  });

  it("shows HTML as the text it is", () => {
    expect(draw('Use <Foo bar="1" /> and <div>.').textContent).toBe('Use <Foo bar="1" /> and <div>.');
    expect(draw("<details>\nmore\n</details>").textContent).toBe("<details>\nmore\n</details>");
  });

  it("honours a few tags without attributes", () => {
    const root = draw("Press <kbd>Ctrl</kbd>, H<sub>2</sub>O, a<br>b, **<u>x</u>**");
    expect(root.innerHTML).toBe("<p>Press <kbd>Ctrl</kbd>, H<sub>2</sub>O, a<br>b, <strong><u>x</u></strong></p>");
  });

  it("shows a tag with an attribute as text", () => {
    expect(draw('<kbd onclick="x()">a</kbd>').innerHTML).toBe('<p>&lt;kbd onclick="x()"&gt;a&lt;/kbd&gt;</p>');
  });

  it("leaves tags as text that are nested absurdly deep, and draws what stands around and in them", () => {
    const source = `a ${"<b>".repeat(3_000)}x *y* z${"</b>".repeat(3_000)} c`;
    const root = draw(source);
    const bold = root.querySelectorAll("b").length;
    expect(bold).toBeGreaterThan(10);
    const rest = 3_000 - bold;
    expect(root.textContent).toBe(`a ${"<b>".repeat(rest)}x y z${"</b>".repeat(rest)} c`);
  });

  it("shows tags that are never closed, or closed without being open, as text", () => {
    expect(draw("a <kbd>b and </sub> c").innerHTML).toBe("<p>a &lt;kbd&gt;b and &lt;/sub&gt; c</p>");
  });

  it("tells the host about a link and has no address of its own", () => {
    const root = draw("[docs](https://a.example/x?a=1&amp;b=2) and [bad](javascript:alert(1))");
    const links = root.querySelectorAll<HTMLElement>("[role=link]");
    expect(links).toHaveLength(1);
    expect(root.querySelectorAll("[href]")).toHaveLength(0);
    links[0]?.click();
    links[0]?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    const message: FromPanel = { type: "openLink", href: "https://a.example/x?a=1&b=2" };
    expect(sent).toEqual([message, message]);
  });

  it("keeps character references of a bare address", () => {
    const root = draw("https://a.example/?a=1&amp;b");
    root.querySelector<HTMLElement>("[role=link]")?.click();
    expect(sent).toEqual([{ type: "openLink", href: "https://a.example/?a=1&amp;b" }]);
  });

  it("names a picture instead of loading it", () => {
    const root = draw("![a graph](https://a.example/x.png)");
    expect(root.querySelector("img")).toBeNull();
    expect(root.textContent).toBe("[Picture: a graph]");
  });

  it("copies and inserts exactly the code", () => {
    const root = draw('- item:\n  ```ts\n  const a = "<b>";\n\n    b();\n  ```\n');
    const [copy, insert] = root.querySelectorAll<HTMLButtonElement>("figure button");
    copy?.click();
    insert?.click();
    const code = 'const a = "<b>";\n\n  b();';
    expect(sent).toEqual([
      { type: "copy", text: code },
      { type: "insert", code },
    ]);
    expect(spoken).toEqual(["Code copied."]);
    expect(root.querySelector("pre")?.textContent).toBe(`${code}\n`);
  });

  it("keeps the numbers of a list and the state of its tasks", () => {
    const root = draw("3. three\n4. four\n\n- [x] done\n- [ ] open\n");
    expect(root.querySelector("ol")?.getAttribute("start")).toBe("3");
    expect([...root.querySelectorAll("input")].map((box) => box.checked)).toEqual([true, false]);
  });

  it("keeps headings below the panel's own", () => {
    expect([...draw("# a\n\n## b\n\n###### c").children].map((element) => element.tagName)).toEqual(["H3", "H4", "H6"]);
  });

  it("sets formulas, in a line and on lines of their own", () => {
    const root = draw("So \\(a_1 \\le b\\) and $x*y*z$.\n\n\\[\n\\frac{1}{2}\n\\]\n");
    expect([...root.querySelectorAll("math")].map((math) => math.getAttribute("display"))).toEqual([
      null,
      null,
      "block",
    ]);
    expect(root.querySelector("p")?.textContent).toBe("So a1≤b and x∗y∗z.");
    expect(root.querySelectorAll("em")).toHaveLength(0);
    expect(root.querySelector(".math-block mfrac")?.textContent).toBe("12");
  });

  it("shows the source of a formula that it does not understand, and of one without an end", () => {
    const root = draw("It is \\(\\nosuch{x}\\).\n\n\\[\n\\frac{a}\n");
    expect(root.querySelector("code")?.textContent).toBe("\\(\\nosuch{x}\\)");
    expect(root.querySelector(".plain")?.textContent).toBe("\\[\n\\frac{a}");
  });

  it("leaves code, prices and shell variables alone", () => {
    const source = "`$x$` costs $5 or $6 in $HOME, \\$a$";
    expect(draw(source).innerHTML).toBe("<p><code>$x$</code> costs $5 or $6 in $HOME, $a$</p>");
  });
});
