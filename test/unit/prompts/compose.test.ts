import { describe, expect, it } from "vitest";
import { efforts } from "../../../src/common/panel.ts";
import type { ChatMessage } from "../../../src/common/prompt.ts";
import type { ThinkingFormatInfo } from "../../../src/common/protocol.ts";
import { type CodePiece, type ComposeInput, compose, thinkingText } from "../../../src/prompts/compose.ts";
import { tasks } from "../../../src/prompts/tasks/index.ts";
import type { TaskKind } from "../../../src/prompts/tasks/task.ts";
import { templateNames, templates } from "../../../src/prompts/templates/index.ts";

const elicited: ThinkingFormatInfo = { family: "elicited", native: false, canDisable: true, instructions: "system" };
const native: ThinkingFormatInfo = {
  family: "qwen3",
  native: true,
  canDisable: true,
  instructions: "system",
  sampling: { temperature: 0.6, topP: 0.95 },
};
const piece = { label: "src/a.ts", languageId: "typescript", startLine: 3, endLine: 4, code: "let a = 1;\nlet b = 2;" };
const input = (more: Partial<ComposeInput> = {}): ComposeInput => ({
  task: "explain",
  question: "",
  code: [piece],
  history: [],
  effort: "low",
  format: elicited,
  ...more,
});
const userText = (more: Partial<ComposeInput> = {}) => compose(input(more)).messages.at(-1)?.content ?? "";
const kinds = Object.keys(tasks) as TaskKind[];

it("lets trial answers end a thought only for questions, whose answers may be short", () => {
  const earlyExit = (more: Partial<ComposeInput>) => compose(input(more)).controls.earlyExit;
  expect(earlyExit({ task: "ask", question: "What does f(3) return?" })).toBe("auto");
  expect(earlyExit({ task: "ask", question: "What?", effort: "off" })).toBe("off");
  for (const task of kinds) if (task !== "ask") expect(earlyExit({ task })).toBe("off");
});

it("holds the answers that have to have code to it, should their thoughts be ended", () => {
  const form = (more: Partial<ComposeInput>) => compose(input(more)).answerForm;
  for (const task of ["fix", "tests", "docs"] as const) {
    expect(form({ task })).toEqual({ kind: "codeBlock", onlyIfCut: true });
    expect(form({ task, effort: "off" })).toBeUndefined();
  }
  for (const task of ["ask", "explain", "findBugs", "changes", "annotate"] as const)
    expect(form({ task })).toBeUndefined();
});

it("asks for several thoughts at efforts high and max only, and for short ones then", () => {
  const several = (more: Partial<ComposeInput>) => compose(input({ task: "ask", question: "?", thoughts: 4, ...more }));
  for (const effort of ["high", "max"] as const) {
    expect(several({ effort })).toMatchObject({ template: "draft", controls: { thoughts: 4, budget: 448 } });
    expect(several({ effort, thoughts: 1 })).toMatchObject({ template: "plain" });
    expect(several({ effort, thoughts: 1 }).controls.thoughts).toBeUndefined();
    expect(several({ effort, task: "tests" }).controls.thoughts).toBeUndefined();
  }
  expect(several({ effort: "high", question: "What does f(3) return?" }).template).toBe("trace");
  for (const effort of ["off", "low", "medium"] as const) expect(several({ effort }).controls.thoughts).toBeUndefined();
  expect(several({ effort: "high", template: "none" }).controls.thoughts).toBeUndefined();
});

describe("prompt", () => {
  it("has what never changes first, then the code, and what is asked behind it", () => {
    const { messages } = compose(input({ question: "Why two?" }));
    expect(messages.map((message) => message.role)).toEqual(["system", "user"]);
    const text = messages[1]?.content ?? "";
    expect(text.startsWith("src/a.ts, lines 3-4:\n```typescript\nlet a = 1;\nlet b = 2;\n```\n\n")).toBe(true);
    expect(text.indexOf("Why two?")).toBeGreaterThan(text.indexOf(tasks.explain.instruction));
  });

  it("shares everything up to the code between two questions about it, whatever the task and effort", () => {
    const shared = compose(input()).messages[1]?.content.split("```\n\n")[0] ?? "";
    for (const task of kinds)
      for (const effort of efforts) {
        const { messages } = compose(input({ task, effort, question: "else?" }));
        expect(messages[0]).toEqual(compose(input()).messages[0]);
        expect(messages[1]?.content.startsWith(shared)).toBe(true);
      }
  });

  it("is short without the code: 150 tokens at most", () => {
    for (const task of kinds)
      for (const template of templateNames)
        for (const format of [elicited, native]) {
          const text = compose(input({ task, template, format, code: [], budget: 448 }))
            .messages.map((message) => message.content)
            .join("\n");
          // The tokenizers of Qwen2.5 and SmolLM2 take 3.9 characters of these prompts a token, or more.
          expect(text.length / 3.9).toBeLessThan(150);
        }
  });

  it("fences code so that nothing in it can end the fence", () => {
    const code = "# doc\n```js\nx\n````\n";
    expect(userText({ code: [{ ...piece, code }] })).toContain(`\n\`\`\`\`\`typescript\n${code}\`\`\`\`\`\n`);
    expect(userText({ code: [{ ...piece, label: "a\nb.ts", endLine: 3 }] })).toContain("a b.ts, line 3:\n");
  });

  it("does not send code again that an earlier question holds", () => {
    const first = userText();
    const history: ChatMessage[] = [
      { role: "system", content: "old" },
      { role: "user", content: first },
      { role: "assistant", content: "It is." },
    ];
    const { messages } = compose(input({ history, task: "ask", question: "And b?" }));
    expect(messages.slice(1, 3)).toEqual(history.slice(1));
    expect(messages.filter((message) => message.role === "system")).toHaveLength(1);
    expect(messages.at(-1)?.content).not.toContain("let a");
    const changed = { ...piece, code: "let a = 3;" };
    expect(compose(input({ history, code: [changed] })).messages.at(-1)?.content).toContain("let a = 3;");
  });

  it("says which code it is about where that is not sent again, also where it was sent for reference", () => {
    const used = { ...piece, label: "src/b.ts", startLine: 1, endLine: 1, code: "let c = 3;" };
    const history: ChatMessage[] = [
      { role: "user", content: userText({ code: [piece, { ...used, role: "reference" }] }) },
      { role: "assistant", content: "It is." },
    ];
    const again = (code: ComposeInput["code"]) => userText({ history, code, effort: "off" });
    expect(again([used])).toBe(`This is about src/b.ts, line 1, shown above.\n\n${tasks.explain.instruction}`);
    expect(again([piece, used])).toContain("This is about src/a.ts, lines 3-4; src/b.ts, line 1, shown above.\n\n");
    expect(again([used, { ...piece, role: "reference" }])).not.toContain("a.ts");
    expect(userText({ history, code: [], task: "ask", question: "And b?", effort: "off" })).toBe("And b?");
  });

  it("sends code anew of whose place another version was sent meanwhile", () => {
    const history: ChatMessage[] = [];
    const ask = (code: string, role?: CodePiece["role"]) => {
      const content = userText({ history, code: [{ ...piece, code, role }], effort: "off" });
      history.push({ role: "user", content }, { role: "assistant", content: "It is." });
      return content;
    };
    expect(ask("let a = 1;")).toContain("let a = 1;");
    expect(ask("let a = 2;")).toContain("let a = 2;");
    expect(ask("let a = 2;")).toContain("This is about src/a.ts, lines 3-4, shown above.");
    expect(ask("let a = 1;")).toContain("let a = 1;");
    expect(ask("let a = 1;")).toContain("shown above.");
    expect(ask("let a = 2;", "reference")).toContain("let a = 2;");
    expect(ask("let a = 1;")).toContain("let a = 1;");
  });

  it("sends code of a file whose path is the end of another's", () => {
    const history: ChatMessage[] = [
      { role: "user", content: userText({ code: [{ ...piece, label: "packages/x/src/a.ts" }] }) },
    ];
    expect(userText({ history })).toContain("let a = 1;");
  });

  it("tells the model what was left out", () => {
    const text = userText({ omitted: [{ label: "src/b.ts", startLine: 1, endLine: 90 }] });
    expect(text).toContain("Left out for lack of room: src/b.ts, lines 1-90.");
  });
});

describe("thinking", () => {
  it("is asked for in words of a model that is not trained to, and left to one that is", () => {
    expect(userText()).toContain("<think></think>");
    expect(userText({ format: native })).not.toContain("<think>");
    expect(userText({ format: native })).toContain(templates.draft.style(null));
    expect(userText({ format: native, effort: "max" })).toBe(userText({ format: native, effort: "off" }));
  });

  it.each(templateNames)("can be given a template: %s", (template) => {
    const composed = compose(input({ template, budget: 300 }));
    expect(composed.template).toBe(template);
    expect(composed.thinking).toBe(templates[template].thinks ? "on" : "off");
    expect(composed.messages.at(-1)?.content).toContain(templates[template].style(300));
  });

  it("is begun in the template's form in models that are not trained to think", () => {
    expect(compose(input({ template: "sketch" })).opening).toBe(templates.sketch.opening);
    expect(templates.sketch.opening).not.toBe("");
    expect(compose(input({ template: "sketch", format: native })).opening).toBe("");
    expect(compose(input({ template: "sketch", budget: 0 })).opening).toBe("");
  });

  it("is off at effort off and with a budget of nothing, and then nothing is said of it", () => {
    for (const more of [{ effort: "off" }, { budget: 0 }] as const) {
      const composed = compose(input(more));
      expect([composed.thinking, composed.template, composed.controls.budget]).toEqual(["off", "none", null]);
      expect(composed.messages.at(-1)?.content).not.toContain("think");
    }
  });

  it("stays on, as notes, in a model that can not be stopped", () => {
    const composed = compose(input({ effort: "off", format: { ...native, canDisable: false } }));
    expect([composed.thinking, composed.template]).toEqual(["on", "draft"]);
  });

  it("takes a budget from the effort unless it is given", () => {
    const budgets = (["low", "medium", "high", "max"] as const).map(
      (effort) => compose(input({ effort })).controls.budget,
    );
    expect(budgets.at(-1)).toBeNull();
    const numbers = budgets.slice(0, -1) as number[];
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(compose(input({ budget: 77 })).controls.budget).toBe(77);
    expect(compose(input({ budget: null })).controls.budget).toBeNull();
  });

  it("leaves room for the answer behind the longest thought that the budget lets through", () => {
    for (const task of kinds)
      for (const effort of efforts) {
        const { maxTokens, controls, thinking } = compose(input({ task, effort }));
        const thought = thinking === "off" ? 0 : (controls.budget ?? 0) * 1.25;
        expect(maxTokens - thought).toBeGreaterThanOrEqual(tasks[task].answerTokens);
      }
  });

  it("takes the publisher's sampling for a trained model's thoughts only", () => {
    expect(compose(input({ format: native })).sampling).toEqual({ temperature: 0.6, topP: 0.95 });
    expect(compose(input({ format: native, effort: "off" })).sampling).toEqual({});
    expect(compose(input()).sampling).toEqual({});
  });
});

describe("effort auto", () => {
  const auto = (more: Partial<ComposeInput>) => compose(input({ effort: "auto", ...more }));
  const long = { ...piece, endLine: 300, code: "x\n".repeat(298) };

  it("goes by the task", () => {
    expect(auto({ task: "docs" }).thinking).toBe("off");
    expect(auto({ task: "explain" }).template).toBe("draft");
    expect(auto({ task: "tests" }).template).toBe("sketch");
    expect(auto({ task: "findBugs" }).template).toBe("concise");
  });

  it("thinks more about much code and hard questions, less about a short question alone", () => {
    expect(auto({ code: [long] }).template).toBe("concise");
    expect(auto({ task: "findBugs", code: [long] }).template).toBe("plain");
    expect(auto({ task: "docs", code: [long] }).thinking).toBe("off");
    expect(auto({ task: "ask", question: "Why does this deadlock?" }).template).toBe("concise");
    expect(auto({ task: "ask", question: "What is a monad?", code: [] }).thinking).toBe("off");
    expect(auto({ task: "ask", question: "Why is quicksort slow here?", code: [] }).thinking).toBe("on");
  });

  it.each([
    ["How many requests are sent in an hour?", "concise", "draft"],
    ["What does f(3) return?", "trace", "trace"],
  ])(
    "lets a model that is not trained to think work it out plainly, until calibration has found what is as good: %s",
    (question, trained, low) => {
      const template = (more: Partial<ComposeInput>) => compose(input({ task: "ask", question, ...more })).template;
      expect(template({ effort: "auto" })).toBe("plain");
      expect(template({ effort: "auto", format: native })).toBe(trained);
      expect(template({ effort: "auto", learnt: { value: "concise", reasoning: "concise" } })).toBe("concise");
      expect(template({ effort: "low" })).toBe(low);
    },
  );

  it("uses what calibration found, by the kind of question, unless an effort or a template is chosen", () => {
    const learnt = { value: "sketch", reasoning: "concise" } as const;
    const question = "What does f(3) return?";
    const template = (more: Partial<ComposeInput>) => compose(input({ task: "ask", learnt, ...more })).template;
    expect(template({ effort: "auto", question })).toBe("sketch");
    expect(template({ effort: "auto", question: "Why does it fail?" })).toBe("concise");
    expect(template({ effort: "auto", question, code: [] })).toBe("concise");
    expect(template({ effort: "medium", question })).toBe("trace");
    expect(template({ effort: "auto", question, template: "plain" })).toBe("plain");
  });

  it("answers before it thinks only where calibration found that such answers do, before thoughts in its template", () => {
    const learnt = { value: "sketch", reasoning: "concise", answerFirst: { value: 0.2 } } as const;
    const question = "What does f(3) return?";
    const least = (more: Partial<ComposeInput>) =>
      compose(input({ task: "ask", effort: "auto", question, learnt, ...more })).controls.answerFirst?.least;
    expect(least({})).toBe(0.2);
    expect(least({ format: native })).toBe(0.2);
    for (const more of [
      { question: "Why does it fail?" },
      { code: [] },
      { effort: "medium" },
      { template: "sketch" },
      { budget: 0 },
      { task: "fix" },
      { learnt: { value: "sketch" } },
      { learnt: { answerFirst: { value: 0.2 } } },
      // Use has moved to another template.
      { use: [{ task: "ask", effort: "medium", template: "sketch", rewards: 0, punishments: 9, more: 0, less: 0 }] },
    ] satisfies Partial<ComposeInput>[])
      expect(least(more), JSON.stringify(more)).toBeUndefined();
  });

  it("asks for an answer before the thought without a word about thinking; not of a model that always thinks", () => {
    const question = "What does f(3) return?";
    const asked = (more: Partial<ComposeInput>) =>
      compose(
        input({
          task: "ask",
          effort: "auto",
          question,
          learnt: { value: "plain", answerFirst: { value: 0.2 } },
          ...more,
        }),
      );
    const { messages, controls } = asked({});
    const { messages: direct } = asked({ effort: "off" });
    expect(controls.answerFirst?.message).toBe(direct.at(-1)?.content);
    expect(messages.at(-1)?.content).toBe(
      `${controls.answerFirst?.message}\n\n${thinkingText(templates.plain, null, elicited)}`,
    );
    expect(asked({ format: { ...native, canDisable: false } }).controls.answerFirst).toBeUndefined();
    expect(asked({ mustThink: true })).toMatchObject({ thinking: "on", messages });
    expect(asked({ mustThink: true }).controls.answerFirst).toBeUndefined();
  });

  it("leaves all tasks but questions as they are, whatever calibration found: its tasks say nothing about them", () => {
    for (const task of kinds.filter((kind) => kind !== "ask"))
      for (const code of [[piece], [long]])
        for (const found of templateNames)
          expect(auto({ task, code, learnt: { value: found, reasoning: found } })).toEqual(auto({ task, code }));
    expect(auto({ task: "fix", learnt: { reasoning: "none" } })).toMatchObject({ effort: "medium", thinking: "on" });
  });

  it("runs code in its head when asked for a value", () => {
    const trained = (more: Partial<ComposeInput>) => auto({ task: "ask", format: native, ...more }).template;
    expect(trained({ question: "What does f(3) return?" })).toBe("trace");
    expect(trained({ question: "What is the output of main?" })).toBe("trace");
    expect(trained({ question: "What does it return?", code: [] })).not.toBe("trace");
  });
});

describe("tables", () => {
  it("every template says what it claims and where that is from, and every task has its own kind", () => {
    for (const name of templateNames) {
      expect(templates[name].name).toBe(name);
      expect(templates[name].claims).not.toBe("");
      expect(templates[name].source).toMatch(/arXiv \d{4}\.\d{5}$/);
    }
    for (const kind of kinds) {
      expect(tasks[kind].kind).toBe(kind);
      expect(tasks[kind].claims).toMatch(/\.$/);
      // Of each paper behind the choice, one of the templates chosen is.
      const chosen = [...Object.values(tasks[kind].templates), "none" as const].map((name) => templates[name].source);
      for (const source of tasks[kind].source.split("; ")) expect(chosen).toContain(source);
    }
  });
});
