import { describe, expect, it } from "vitest";
import { type FamilyName, formatOf } from "../../../../src/engine/thinking/formats.ts";
import { SegmentParser, type SegmentStart } from "../../../../src/engine/thinking/segmenter.ts";
import { cut, join, runsOf, type Split } from "./segmenterSupport.ts";

/** The whole text in one piece, and character by character: both have to agree. */
function split(family: FamilyName, text: string, start: SegmentStart = { startsInside: false }): Split {
  const whole = join(runsOf(family, [text], start));
  expect(join(runsOf(family, [...text], start))).toEqual(whole);
  return whole;
}

const inside: SegmentStart = { startsInside: true };

describe("an answer that keeps its white space", () => {
  const raw: SegmentStart = { startsInside: false, keepsSpace: true };

  it("is passed on as it comes", () => {
    const parser = new SegmentParser(formatOf("qwen3"), raw);
    const pieces = ["\n", "        if", " a", ":\n", "\n"];
    for (const [token, text] of pieces.entries()) {
      expect(parser.push(text, token)).toEqual([{ text, segment: "answer", token }]);
      expect(parser.holding).toBe(false);
    }
    expect(parser.end()).toEqual([]);
  });

  it("is one also behind a thought that it begins with, whose own ends are dropped", () => {
    expect(split("qwen3", " \n", raw)).toEqual({ thinking: "", answer: " \n" });
    expect(split("qwen3", "<think>\na\n</think>\n\nb\n", raw)).toEqual({ thinking: "a", answer: "b\n" });
    expect(split("qwen3", "b\n\n<think>\na\n</think>\n\nc \n", raw)).toEqual({ thinking: "a", answer: "b\n\nc \n" });
  });
});

describe("thought and answer", () => {
  it.each<[string, FamilyName, string, SegmentStart, Split]>([
    [
      "opened by the model",
      "qwen3",
      "<think>\na\nb\n</think>\n\nanswer",
      { startsInside: false },
      { thinking: "a\nb", answer: "answer" },
    ],
    ["opened by the prompt", "deepseekR1", "a\n</think>\n\nanswer\n", inside, { thinking: "a", answer: "answer" }],
    ["opened by both", "qwen3", "<think>\na</think>answer", inside, { thinking: "a", answer: "answer" }],
    [
      "no thought",
      "qwen3",
      "\n\nanswer\n\nmore\n",
      { startsInside: false },
      { thinking: "", answer: "answer\n\nmore" },
    ],
    [
      "an empty thought",
      "qwen3",
      "<think>\n\n</think>\n\nanswer",
      { startsInside: false },
      { thinking: "", answer: "answer" },
    ],
    ["unclosed", "qwen3", "a thought that never ends", inside, { thinking: "a thought that never ends", answer: "" }],
    ["closed twice", "qwen3", "a</think>\n</think>\n\nanswer", inside, { thinking: "a", answer: "answer" }],
    [
      "closed again behind the answer",
      "qwen3",
      "a</think>\nb\n</think>\nc",
      inside,
      { thinking: "a", answer: "b\n\nc" },
    ],
    [
      "closed without a thought",
      "qwen3",
      "</think>\n\nanswer",
      { startsInside: false },
      { thinking: "", answer: "answer" },
    ],
    [
      "nested",
      "elicited",
      "a\n<think>\nb\n</think>\nc\n</think>\nanswer",
      inside,
      { thinking: "a\n\nb\n\nc", answer: "answer" },
    ],
    [
      "a second thought",
      "elicited",
      "a</think>\nb\n<think>\nc\n</think>\n\nd",
      inside,
      { thinking: "a\n\nc", answer: "b\nd" },
    ],
    ["other spelling", "elicited", "a\n</Thinking>\nanswer", inside, { thinking: "a", answer: "answer" }],
    [
      "indented answer",
      "qwen3",
      "a</think>\n\n    code\n  more",
      inside,
      { thinking: "a", answer: "    code\n  more" },
    ],
    ["a marker that never completes", "qwen3", "a </thin", inside, { thinking: "a </thin", answer: "" }],
    [
      "something like a marker",
      "qwen3",
      "a < b </b> <thinker>\n</think>c",
      inside,
      { thinking: "a < b </b> <thinker>", answer: "c" },
    ],
    [
      "granite",
      "granite",
      "<think>a</think>\n<response>b\n</response>",
      { startsInside: false },
      { thinking: "a", answer: "b" },
    ],
    [
      "granite without a closing marker",
      "granite",
      "<think>a\n<response>b</response>",
      { startsInside: false },
      { thinking: "a", answer: "b" },
    ],
    ["seed", "seedOss", "<seed:think>a</seed:think>b", { startsInside: false }, { thinking: "a", answer: "b" }],
    ["mistral", "mistral", "[THINK]a[/THINK]b [x]", { startsInside: false }, { thinking: "a", answer: "b [x]" }],
    ["gemma", "gemma4", "<|channel>thought\na\n<channel|>b", { startsInside: false }, { thinking: "a", answer: "b" }],
    ["apriel", "apriel", "a\n[BEGIN FINAL RESPONSE]\nb\n[END FINAL RESPONSE]", inside, { thinking: "a", answer: "b" }],
    [
      "cohere",
      "cohere",
      "a<|END_THINKING|><|START_RESPONSE|>b<|END_RESPONSE|>",
      inside,
      { thinking: "a", answer: "b" },
    ],
    [
      "solar",
      "solar",
      "<|think|>a<|end|><|begin|>assistant<|content|>b<|end|>",
      { startsInside: false },
      { thinking: "a", answer: "b" },
    ],
    ["hunyuan", "hunyuan3", "a</think:opensource>b", inside, { thinking: "a", answer: "b" }],
    [
      "gpt-oss",
      "gptOss",
      "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>commentary<|message|>b<|end|><|start|>assistant<|channel|>final<|message|>c",
      { startsInside: false },
      { thinking: "a\n\nb", answer: "c" },
    ],
  ])("%s", (_name, family, text, start, expected) => {
    expect(split(family, text, start)).toEqual(expected);
  });
});

describe("a marker that is quoted does not count", () => {
  it.each([
    ["in a code fence", "look:\n```jinja\nx</think>\n</think>\n```\ndone"],
    ["in a longer fence", "look:\n````\n```\n</think>\n````\ndone"],
    ["in inline code", "it splits on `</think>` here"],
    ["in quotes", 'it calls split("</think>")[-1] twice'],
    ["in the middle of a sentence", "it looks for </think> in the text"],
    ["in brackets", "the marker (</think>) ends it"],
  ])("%s", (_name, quoted) => {
    expect(split("elicited", `${quoted}\n</think>\nanswer`, inside)).toEqual({ thinking: quoted, answer: "answer" });
    expect(split("elicited", `a\n</think>\n${quoted}`, inside)).toEqual({ thinking: "a", answer: quoted });
  });

  it.each([
    ["behind a full stop", "so it is 5.</think> The answer is 5", "so it is 5."],
    ["behind a word, in front of a capital", "so it is 5 </think> The answer is 5", "so it is 5"],
    ["at a line's end", "so it is five</think>\nThe answer is 5", "so it is five"],
    ["behind a closed fence", "x:\n```\na\n```</think>\nThe answer is 5", "x:\n```\na\n```"],
    ["behind a lone backtick", "the ` character </think>\nThe answer is 5", "the ` character"],
  ])("but one that stands does: %s", (_name, text, thinking) => {
    expect(split("elicited", text, inside)).toEqual({ thinking, answer: "The answer is 5" });
  });

  it("counts as a control token, wherever it stands", () => {
    const parser = new SegmentParser(formatOf("elicited"), inside);
    const runs = [
      ...parser.push("a\n```\nopen fence ", 0),
      ...parser.pushControl("</think>", 1),
      ...parser.push("b", 2),
      ...parser.end(),
    ];
    expect(join(runs)).toEqual({ thinking: "a\n```\nopen fence", answer: "b" });
  });

  it("counts once Hunch has declared the end, in a fence and nested too", () => {
    const parser = new SegmentParser(formatOf("elicited"), inside);
    const runs = parser.push("a\n<think>\n```\ncode", 0);
    parser.declareThoughtEnd();
    runs.push(...parser.push(" I stop.</think>\n\n", 1), ...parser.push("b </think> c", 2), ...parser.end());
    expect(join(runs)).toEqual({ thinking: "a\n\n```\ncode I stop.", answer: "b </think> c" });
  });
});

describe("an answer that repeats the sentence with which Hunch ended its thought", () => {
  const sentence = "I have thought enough; now I write the answer.";
  const wrapUp = `a\n\n${sentence}\n</think>\n\n`;

  function answered(answer: string, places: readonly number[] = [], told = sentence): Split {
    const parser = new SegmentParser(formatOf("elicited"), inside);
    parser.declareThoughtEnd(told);
    const pieces = [wrapUp, ...cut([{ text: answer, control: false }], places).map(({ text }) => text)];
    return join([...pieces.flatMap((piece, i) => parser.push(piece, i)), ...parser.end()]);
  }

  it.each([
    ["at its beginning", `${sentence}\n</think>\n\nThe answer`, "The answer"],
    ["in a fence", `\`\`\`\n${sentence}\n</think>\n\nx = 1\n\`\`\``, "```\nx = 1\n```"],
    ["in a fence, without the marker", `\`\`\`\n${sentence}\nx = 1\n\`\`\``, "```\nx = 1\n```"],
    ["in a line", `So. ${sentence}\n</think>\nIt is 5.`, "So. \n\nIt is 5."],
    ["in other spelling", `b\n${sentence.toLowerCase()} </THINK> c`, "b\nc"],
    ["twice", `b\n${sentence}\n</think>\n${sentence}\n</think>\nc`, "b\nc"],
    ["at its end", `b\n\n${sentence}`, "b"],
    ["where the output was cut off in its middle", "b\n\nI have thought enough; now I", "b"],
    ["where that was in a word of it", "b I have thought en", "b"],
  ])("is kept free of it, %s", (_name, answer, expected) => {
    const thinking = `a\n\n${sentence}`;
    expect(answered(answer)).toEqual({ thinking, answer: expected });
    for (let size = 1; size < 9; size++) {
      const places = Array.from({ length: answer.length }, (_, i) => i * size);
      expect(answered(answer, places)).toEqual({ thinking, answer: expected });
    }
  });

  it("keeps what is like it, a marker that is quoted elsewhere, and the sentence itself where it may stand", () => {
    for (const text of [
      "I have thought about it.",
      "I have",
      "b\nI have thought",
      "I have thought enough to",
      `\`\`\`\nb\n</think>\n\`\`\``,
    ])
      expect(answered(text).answer).toBe(text);
    expect(answered(`b\n${sentence}\nc`, [], "").answer).toBe(`b\n${sentence}\nc`);
  });
});

describe("streaming", () => {
  it("passes text on at once unless it may be a marker or border on one", () => {
    const parser = new SegmentParser(formatOf("qwen3"), inside);
    expect(parser.push("one", 0)).toEqual([{ text: "one", segment: "thinking", token: 0 }]);
    expect(parser.push(" two\n", 1)).toEqual([{ text: " two", segment: "thinking", token: 1 }]);
    expect(parser.holding).toBe(true);
    expect(parser.push("</th", 2)).toEqual([]);
    expect(parser.push("is", 3)).toEqual([
      { text: "\n", segment: "thinking", token: 1 },
      { text: "</th", segment: "thinking", token: 2 },
      { text: "is", segment: "thinking", token: 3 },
    ]);
    expect(parser.holding).toBe(false);
  });

  it("changes the segment with the token that completes the marker", () => {
    const parser = new SegmentParser(formatOf("qwen3"), inside);
    parser.push("a\n</thin", 0);
    expect(parser.segment).toBe("thinking");
    expect(parser.push("k>\n\nb", 1)).toEqual([{ text: "b", segment: "answer", token: 1 }]);
    expect(parser.segment).toBe("answer");
  });

  it("goes on from a partial text without trimming, and inside its code fence", () => {
    const answer = { startsInside: false, resumedText: "The function" };
    expect(split("qwen3", " returns 3", answer).answer).toBe(" returns 3");
    const thought = { startsInside: true, resumedText: "see:\n```\n" };
    expect(split("qwen3", "</think>\n```\nso\n</think>\nb", thought)).toEqual({
      thinking: "</think>\n```\nso",
      answer: "b",
    });
  });

  it("knows the parts of its markers", () => {
    const parser = new SegmentParser(formatOf("gptOss"), { startsInside: false });
    expect(["<|channel|>", "<|message|>", "<|start|>", "<|end|>"].every((text) => parser.isMarker(text))).toBe(true);
    expect(parser.isMarker("<|call|>")).toBe(false);
    expect(parser.isMarker("")).toBe(false);
  });

  it("knows what would begin one that is spelt out", () => {
    const channels = new SegmentParser(formatOf("gptOss"), { startsInside: false });
    expect(["<", "<|", "<|chan", "<|END|>"].every((text) => channels.beginsMarker(text))).toBe(true);
    expect(["|", "<div", "[", "40", "the end", ""].some((text) => channels.beginsMarker(text))).toBe(false);
    const words = new SegmentParser(formatOf("granite"), { startsInside: false });
    expect(words.beginsMarker("Here")).toBe(false);
  });
});
