/**
 * Messages to the prompt that a model was trained on, by its own Jinja template. Texts of users, files and answers are
 * kept out of the template: it gets a placeholder for each, so that what they contain (`<|im_end|>`, `</think>`,
 * "/no_think") changes neither roles nor segments nor the template's own decisions, and comes out as a part of its own
 * that is tokenised without special tokens.
 *
 * A conversation's next turn begins with the prompt of the turn before, up to the generation prompt, so that the KV cache
 * is reused: nothing here depends on how many turns follow.
 */
import { Template } from "@huggingface/jinja";
import type { ChatMessage, ThinkingMode } from "../../common/prompt.ts";
import type { Notice } from "../../common/protocol.ts";
import { type ThinkingFormat, templateVariables } from "../thinking/formats.ts";
import { mergeSystem, normalise, type SwitchedMessage, withSwitch } from "./messages.ts";
import { repairTemplate } from "./repairs.ts";

/** A part of a prompt: template text has special tokens on, what users and files bring has them off. */
export interface PromptPart {
  text: string;
  special: boolean;
}

export interface RenderOptions {
  /** The model's Jinja template; null takes a generic chat format. */
  template: string | null;
  format: ThinkingFormat;
  thinking: ThinkingMode;
  /** Thinking tokens, for families that are told their budget; null = free. */
  budget?: number | null;
  /** What an interrupted generation had put out; the prompt then ends with it. */
  partial?: { thinking: string; answer: string };
  /** Texts of the vocabulary's tokens, "" where it has none. */
  tokens: { bos: string; eos: string };
}

export interface RenderedPrompt {
  parts: PromptPart[];
  /** The end of the prompt that belongs to the segment which the output goes on with; "" without a partial. */
  resumedText: string;
  notices: Notice[];
}

/** Private-use characters around a number: no template tests for them, and none trims them. */
const placeholder = (index: number) => `\uE000${index}\uE001`;
const placeholderPattern = /\uE000(\d+)\uE001/;

/** How "no tools" is said: some templates fail at the one, some at the other. */
const noToolsValues = [{}, { tools: null }, { tools: [] }];

export function renderChat(messages: readonly ChatMessage[], options: RenderOptions): RenderedPrompt {
  const notices: Notice[] = [];
  const parts = renderMessages(normalise(messages), options, notices);
  const { format, thinking } = options;
  const marker = lastMarker(parts, format);
  const special = (text: string) => parts.push({ text, special: true });
  let inside = marker === "open";
  if (thinking === "on" && marker === null && format.forceOpen) {
    special(format.text.open);
    inside = true;
  } else if (thinking === "off") {
    if (inside) special(format.text.close);
    else if (marker === null) special(format.text.empty);
    inside = false;
  }
  const resumedText = options.partial ? appendPartial(parts, options.partial, inside, format) : "";
  return { parts: parts.filter((part) => part.text !== ""), resumedText, notices };
}

function appendPartial(
  parts: PromptPart[],
  partial: { thinking: string; answer: string },
  inside: boolean,
  format: ThinkingFormat,
): string {
  const { thinking, answer } = partial;
  const { answer: header = "" } = format.text;
  if (thinking !== "") {
    if (!inside) parts.push({ text: format.text.open, special: true });
    parts.push({ text: thinking, special: false });
  }
  if (answer === "") return thinking;
  if (inside || thinking !== "") parts.push({ text: format.text.close, special: true });
  // The prompt has it where it opened the answer in place of a thought.
  else if (!lastTemplateText(parts).endsWith(header)) parts.push({ text: header, special: true });
  parts.push({ text: answer, special: false });
  return answer;
}

/**
 * The output goes on inside a thought that the prompt has opened: told by the prompt's own tail, since templates of one
 * family differ and change.
 */
export function startsInside(parts: readonly PromptPart[], format: ThinkingFormat): boolean {
  return lastMarker(parts, format) === "open";
}

/**
 * The last marker of the template text behind the last message; null when there is none. Message texts are not looked
 * at: what is written in them is no marker.
 */
function lastMarker(parts: readonly PromptPart[], format: ThinkingFormat): "open" | "closed" | null {
  const tail = lastTemplateText(parts);
  const end = (markers: readonly string[]) =>
    Math.max(-1, ...markers.map((marker) => (tail.includes(marker) ? tail.lastIndexOf(marker) + marker.length : -1)));
  const opened = end(format.open);
  const closed = end([...format.close, ...format.answer.open]);
  if (opened > closed) return "open";
  // A family may end its messages with the marker that ends its thoughts: on its own, that says something at the very end.
  return opened >= 0 || (closed >= 0 && tail.slice(closed).trim() === "") ? "closed" : null;
}

function lastTemplateText(parts: readonly PromptPart[]): string {
  return parts.findLast((part) => part.special && part.text !== "")?.text ?? "";
}

/** By the model's template where it can be used; a generic format and a notice where it can not. */
function renderMessages(messages: ChatMessage[], options: RenderOptions, notices: Notice[]): PromptPart[] {
  const { template, format, thinking } = options;
  if (template === null) {
    notices.push({
      code: "noChatTemplate",
      message: "The model's file has no chat template; a generic chat format is used, and answers may be worse.",
    });
    return genericChat(messages);
  }
  const render = renderer(template, options);
  const merge = format.instructions === "user" || (messages[0]?.role === "system" && movesSystem(render));
  const result = render(withSwitch(merge ? mergeSystem(messages) : messages, format, thinking));
  if (Array.isArray(result)) return result;
  notices.push({
    code: "chatTemplateFailed",
    message: `The model's chat template can not be used (${result.failure}); a generic chat format is used, and answers may be worse.`,
  });
  return genericChat(messages);
}

/**
 * The template forbids a system message, drops it, or puts it in front of the last question, where it would move with
 * every turn. Asked with a fixed conversation, so that the answer is the same at every turn.
 */
function movesSystem(render: Renderer): boolean {
  const roles = ["system", "user", "assistant", "user"] as const;
  const probe = roles.map((role, i) => ({ role, content: `${role} ${i}`, suffix: "" }));
  return !Array.isArray(render(probe));
}

/** Why a template can not be used. */
interface Failure {
  failure: string;
}

type Renderer = (messages: readonly SwitchedMessage[]) => PromptPart[] | Failure;

function renderer(template: string, options: RenderOptions): Renderer {
  const variables = {
    add_generation_prompt: true,
    bos_token: options.tokens.bos,
    eos_token: options.tokens.eos,
    documents: null,
    controls: {},
    ...templateVariables(options.format, options.thinking, options.budget ?? null),
  };
  let compiled: Template;
  try {
    compiled = new Template(repairTemplate(template, variables));
  } catch (error) {
    return () => ({ failure: messageOf(error) });
  }
  return (messages) => {
    const { hidden, contents } = hide(messages);
    let failure = "";
    for (const noTools of noToolsValues) {
      try {
        return fillIn(compiled.render({ ...variables, ...noTools, messages: hidden }), contents);
      } catch (error) {
        failure ||= messageOf(error);
      }
    }
    return { failure };
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Puts a placeholder in each text's place; white space around it stays, so that a template which trims does trim. */
function hide(messages: readonly SwitchedMessage[]): { hidden: ChatMessage[]; contents: string[] } {
  const contents: string[] = [];
  const hidden = messages.map(({ role, content, suffix }) => {
    const text = content.trim();
    if (text === "") return { role, content: content + suffix };
    const [lead, trail] = [content.slice(0, content.indexOf(text)), content.slice(content.trimEnd().length)];
    contents.push(text);
    return { role, content: lead + placeholder(contents.length - 1) + trail + suffix };
  });
  return { hidden, contents };
}

/** Puts the texts back. A template that loses one, or moves an early one behind a later one, is not fit for a chat. */
function fillIn(rendered: string, contents: readonly string[]): PromptPart[] | Failure {
  const parts: PromptPart[] = [];
  let next = 0;
  for (const [i, piece] of rendered.split(placeholderPattern).entries()) {
    if (i % 2 === 0) {
      parts.push({ text: piece, special: true });
      continue;
    }
    const index = Number(piece);
    if (index > next) return { failure: "it leaves out a message or changes their order" };
    next = Math.max(next, index + 1);
    parts.push({ text: contents[index] ?? "", special: false });
  }
  return next === contents.length ? parts : { failure: "it leaves out a message" };
}

/** ChatML, which most models have seen. */
function genericChat(messages: readonly ChatMessage[]): PromptPart[] {
  const parts = messages.flatMap(({ role, content }): PromptPart[] => [
    { text: `<|im_start|>${role}\n`, special: true },
    { text: content, special: false },
    { text: "<|im_end|>\n", special: true },
  ]);
  return [...parts, { text: "<|im_start|>assistant\n", special: true }];
}
