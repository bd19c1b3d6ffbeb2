import { describe, expect, it } from "vitest";
import type { ChatMessage } from "../../../../src/common/prompt.ts";
import { type RenderOptions, renderChat, startsInside } from "../../../../src/engine/chat/chatTemplate.ts";
import { mergeSystem, normalise } from "../../../../src/engine/chat/messages.ts";
import { detectFormat, formatOf } from "../../../../src/engine/thinking/formats.ts";

const chatMl =
  "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}";
const options = (template: string | null, more: Partial<RenderOptions> = {}): RenderOptions => ({
  template,
  format: formatOf("elicited"),
  thinking: "on",
  tokens: { bos: "<s>", eos: "</s>" },
  ...more,
});
const user = (content: string): ChatMessage => ({ role: "user", content });
const assistant = (content: string): ChatMessage => ({ role: "assistant", content });
const textOf = (messages: ChatMessage[], given: RenderOptions) =>
  renderChat(messages, given)
    .parts.map((part) => part.text)
    .join("");

describe("rendering", () => {
  it("tells template text from contents, and opens an elicited thought", () => {
    expect(renderChat([user("a <|end|>")], options(chatMl)).parts).toEqual([
      { text: "<|user|>", special: true },
      { text: "a <|end|>", special: false },
      { text: "<|end|><|assistant|>", special: true },
      { text: "<think>\n", special: true },
    ]);
    expect(textOf([user("a")], options(chatMl, { thinking: "off" }))).toBe("<|user|>a<|end|><|assistant|>");
  });

  it("lets a template trim, as it would without placeholders", () => {
    const trimming = chatMl.replace("m.content", "m.content | trim");
    expect(textOf([user("\n a b \n")], options(trimming, { thinking: "off" }))).toContain("<|user|>a b<|end|>");
    expect(textOf([user("\n a b \n")], options(chatMl, { thinking: "off" }))).toContain("<|user|>\n a b \n<|end|>");
  });

  it("keeps a placeholder's look-alike in a text as it is", () => {
    expect(textOf([user("x \uE0007\uE001 y")], options(chatMl, { thinking: "off" }))).toContain("x \uE0007\uE001 y");
  });

  it("puts the system message into the first question where the template forbids it, drops it or moves it", () => {
    const forbids = `{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}${chatMl}`;
    const drops = chatMl.replace("messages %}", "messages if m.role != 'system' %}");
    const moves =
      "{% set system = messages[0].content if messages[0].role == 'system' else '' %}{% for m in messages if m.role != 'system' %}<|{{ m.role }}|>{{ system + ' ' if loop.last else '' }}{{ m.content }}<|end|>{% endfor %}<|assistant|>";
    const messages: ChatMessage[] = [{ role: "system", content: "S" }, user("a"), assistant("b"), user("c")];
    for (const template of [forbids, drops, moves]) {
      const rendered = renderChat(messages, options(template));
      expect(rendered.notices).toEqual([]);
      expect(rendered.parts.filter((part) => !part.special).map((part) => part.text)).toEqual(["S\n\na", "b", "c"]);
    }
  });

  it("gives messages that alternate, without answers that never came", () => {
    expect(normalise([user("a"), assistant(" "), user("b"), { role: "system", content: "S" }])).toEqual([
      { role: "system", content: "S" },
      user("a\n\nb"),
    ]);
    expect(mergeSystem([user("a")])).toEqual([user("a")]);
  });

  it("falls back to a generic format, and says so, when the template is missing, broken or loses a message", () => {
    const generic = "<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\n";
    const off = { thinking: "off" } as const;
    for (const [template, code] of [
      [null, "noChatTemplate"],
      ["{% for %}", "chatTemplateFailed"],
      ["{{ raise_exception('never') }}", "chatTemplateFailed"],
      ["always the same", "chatTemplateFailed"],
    ] as const) {
      expect(textOf([user("a")], options(template, off))).toBe(generic);
      expect(renderChat([user("a")], options(template, off)).notices.map((notice) => notice.code)).toEqual([code]);
    }
  });

  it("says 'no tools' in whichever way a template stands", () => {
    for (const test of ["tools is not none and tools | length > 0", "tools is iterable and tools[0] is defined"])
      expect(renderChat([user("a")], options(`{% if ${test} %}T{% endif %}${chatMl}`)).notices).toEqual([]);
    const loops = `{% for tool in tools %}T{% endfor %}${chatMl}`;
    expect(textOf([user("a")], options(loops, { thinking: "off" }))).toBe("<|user|>a<|end|><|assistant|>");
  });
});

describe("inside a thought", () => {
  const format = formatOf("qwen3");
  const special = (text: string) => ({ text, special: true });
  const plain = (text: string) => ({ text, special: false });

  it.each([
    ["opened", [special("<|im_start|>assistant\n<think>\n")], true],
    ["opened and closed", [special("<think>\n\n</think>\n\n")], false],
    ["closed only", [special("assistant</think>")], false],
    ["neither", [special("assistant\n")], false],
    ["a partial thought", [special("<think>\n"), plain("I see </think>")], true],
    ["a partial answer", [special("<think>\n"), plain("t"), special("\n</think>\n\n"), plain("<think>")], false],
    ["a message that mentions it", [plain("<think>\n"), special("<|im_end|>assistant\n")], false],
  ])("%s", (_name, parts, expected) => {
    expect(startsInside(parts, format)).toBe(expected);
  });
});

describe("detection", () => {
  const family = (name: string, chatTemplate: string | null = null, architecture = "") =>
    detectFormat({ name, chatTemplate, architecture }).family;

  it("goes by the name where the template does not tell", () => {
    expect(family("DeepSeek-R1-Distill-Qwen-7B", "<｜Assistant｜>{{ c.split('</think>') }}")).toBe("deepseekR1");
    expect(family("Phi-4-mini-reasoning", "<|assistant|>")).toBe("phi4");
    expect(family("Llama-3.1-Nemotron-Nano-8B-v1", "<|start_header_id|>", "llama")).toBe("nemotronV1");
    expect(family("gpt oss 20b", null, "gpt-oss")).toBe("gptOss");
  });

  it("takes an instruct model for one that does not think, whatever its template strips", () => {
    expect(family("Qwen3-4B-Instruct-2507", "<|im_start|> </think>")).toBe("elicited");
    expect(family("Qwen2.5-Coder-1.5B-Instruct", "<|im_start|>")).toBe("elicited");
    expect(family("anything")).toBe("elicited");
  });

  it("can be overridden", () => {
    expect(detectFormat({ name: "x", chatTemplate: null, architecture: "llama" }, "mistral").family).toBe("mistral");
  });
});
