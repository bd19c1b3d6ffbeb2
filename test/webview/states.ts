/** Every state of the panel as the host would send it, for the dev page, the screenshots and the accessibility test. */
import { othersOf, type PanelState, type Reference, type ToPanel, type TurnPlace } from "../../src/common/panel.ts";
import {
  assistantTurn,
  conversation,
  done,
  download,
  formulas,
  half,
  live,
  otherThoughts,
  panelState,
  question,
  runsOf,
  selection,
  sessions,
  stats,
  thinking,
  thought,
  withoutModel,
} from "./material.ts";

export interface Scene {
  state: PanelState;
  /** Messages after the state. */
  messages?: ToPanel[];
  /** What VS Code kept of an earlier panel. */
  saved?: unknown;
  /** How many times VS Code loses what the page says when it is there. */
  lost?: number;
  /** What the user types into the question then. */
  typed?: string;
  /** What is found for a "#" in it. */
  found?: Reference[];
}

/** Of the conversation in them: above its first turn. */
const top: TurnPlace = { turnId: "c1.0", offset: -8 };

export const scenes: Record<string, Scene> = {
  welcome: { state: panelState() },
  firstRun: { state: panelState(withoutModel) },
  download: { state: panelState({ ...withoutModel, download }) },
  downloadFailed: {
    state: panelState({
      ...withoutModel,
      download: {
        state: "failed",
        modelId: "qwen2.5-coder-1.5b",
        error: {
          code: "checksumMismatch",
          message: "The download of Qwen2.5 Coder 1.5B is damaged.",
          hint: "It was deleted. Download it again; if this happens twice, choose another source in the settings.",
        },
      },
    }),
  },
  lookup: { state: conversation({ status: "lookup" }) },
  queue: { state: conversation({ status: "queued", queuePosition: 2 }, { engine: { state: "busy" } }) },
  loading: {
    state: conversation({ status: "loading", progress: 0.4 }, { engine: { state: "loading", progress: 0.4 } }),
  },
  prefill: {
    state: conversation({
      status: "prefill",
      prefill: { processedTokens: 1_240, totalTokens: 3_000, cachedTokens: 512 },
    }),
  },
  thinking: { state: conversation(thinking) },
  thinkingSeveral: {
    state: conversation({ ...thinking, thinking: [], live: { ...live, thoughts: 4, thinkingBudget: 1_792 } }),
  },
  longThought: {
    state: conversation({
      ...thinking,
      thinking: Array.from({ length: 1_000 }, () => ({ text: `${thought}\n\n`, origin: "target" })),
      live: { ...live, thinkingTokens: 100_000, thinkingBudget: null },
      thinkingMs: 754_000,
    }),
  },
  answering: {
    state: conversation({
      status: "answering",
      thinking: runsOf(thought),
      answer: runsOf(half),
      thinkingEnd: "answerNow",
      thinkingMs: 6_200,
      live: { ...live, answerTokens: 210 },
    }),
  },
  done: { state: conversation(done) },
  math: { state: conversation({ ...done, thinking: [], answer: runsOf(formulas) }) },
  otherThoughts: {
    state: conversation({ ...done, answer: runsOf(half), otherThoughts }),
    saved: { conversationId: "c1", thoughts: { [othersOf("c1.1")]: true } },
  },
  stats: {
    state: conversation({
      ...done,
      notices: [{ code: "draftIgnored", message: "The draft model has another vocabulary and is not used." }],
    }),
    saved: { conversationId: "c1", openStats: ["c1.1"], thoughts: {} },
  },
  withoutThought: {
    state: conversation({
      answer: runsOf("Answer: undefined"),
      status: "done",
      thinkingEnd: "earlyExit",
      stopReason: "stop",
      stats: {
        ...stats,
        thinkingTokens: 0,
        thinkingMs: 0,
        thinkingTokensSaved: 240,
        answerTokens: 14,
        byDrafter: {},
        trialMs: 190,
        firstAnswer: { text: "undefined", probability: 0.62, stands: true },
      },
    }),
    saved: { conversationId: "c1", openStats: ["c1.1"], thoughts: {}, place: top },
  },
  origins: {
    state: conversation(done, { showOrigins: true }),
    saved: { conversationId: "c1", thoughts: { "c1.1": true } },
  },
  versions: {
    state: conversation(
      { ...done, feedback: "up" },
      { versions: { "c1.0": { number: 1, count: 2 }, "c1.1": { number: 3, count: 3 } } },
    ),
    saved: { conversationId: "c1", place: top },
  },
  editing: {
    state: conversation(done),
    saved: { conversationId: "c1", place: top, editing: { turnId: "c1.0", text: "What does next() do?" } },
  },
  stopped: {
    state: conversation({
      ...done,
      status: "stopped",
      answer: runsOf(half),
      stopReason: "cancelled",
      canContinue: true,
    }),
  },
  contextFull: { state: conversation({ ...done, stopReason: "contextFull", answer: runsOf(half) }) },
  crashed: {
    state: conversation(
      {
        status: "failed",
        thinking: runsOf(thought),
        answer: runsOf(half),
        thinkingMs: 6_200,
        canContinue: true,
        error: {
          code: "engineCrashed",
          message: "The engine stopped unexpectedly (killed by SIGKILL).",
          hint: "What was written so far is kept. Continue, or ask again.",
        },
      },
      { engine: { state: "restarting", attempt: 1, reason: "ended by the system or another program, signal SIGKILL" } },
    ),
  },
  engineFailed: {
    state: panelState({
      engine: {
        state: "failed",
        error: {
          code: "engineGaveUp",
          message: "The engine stopped 5 times within 3 minutes.",
          hint: "Look at the log, choose a smaller model or restart the engine.",
        },
      },
    }),
  },
  references: {
    state: panelState(),
    saved: {
      conversationId: "c1",
      draft: "Why is it slow?",
      references: [
        { kind: "file", uri: "file:///w/src/server/queue/queue.ts", label: "src/server/queue/queue.ts" },
        { kind: "problems" },
        { kind: "changes" },
        { kind: "text", label: "pasted code", languageId: "go", text: "a\nb" },
      ],
    },
  },
  mentions: {
    state: panelState(),
    found: [
      { kind: "file", uri: "file:///w/src/server/queue/queue.ts", label: "src/server/queue/queue.ts" },
      {
        kind: "file",
        uri: "file:///w/l.ts",
        label: `src/${"deeply/".repeat(12)}aVeryLongFileName.generated.test.ts`,
      },
      {
        kind: "symbol",
        uri: "file:///w/q.ts",
        label: "src/queue.ts",
        name: "FairQueue",
        startLine: 3,
        endLine: 40,
      },
    ],
    typed: "Why is it slow? #",
  },
  commands: { state: panelState(), typed: "/" },
  sessions: {
    state: conversation(thinking),
    messages: [{ type: "showSessions" }, { type: "sessions", sessions, undoable: null }],
  },
  noSessions: {
    state: panelState(),
    messages: [{ type: "showSessions" }, { type: "sessions", sessions: [], undoable: null }],
  },
  awkward: {
    state: panelState({
      title: `Averylongtitlewithoutanyspaces${"x".repeat(120)}`,
      model: {
        id: "x",
        name: "DeepSeek-R1-0528-Qwen3-8B-Instruct-GGUF-UD-Q4_K_XL",
        installed: true,
        sentTo: "",
        info: null,
      },
      selection: {
        ...selection,
        label: `src/${"deeply/".repeat(12)}aVeryLongFileNameThatGoesOnAndOn.generated.test.ts`,
      },
      turns: [
        { ...question, text: `https://example.com/${"path/".repeat(40)} ${"ü".repeat(200)}` },
        assistantTurn({
          ...done,
          answer: runsOf(
            `${"Longword".repeat(30)}\n\n| ${"Column | ".repeat(12)}\n|${" --- |".repeat(12)}\n| ${"value | ".repeat(12)}\n\n- [x] done\n- [ ] to do\n  1. nested \`code${"y".repeat(90)}\`\n     \`\`\`python\n     print("${"z".repeat(120)}")\n     \`\`\`\n\n<div onclick="x()">HTML stays text</div>\n\nPress <kbd>Ctrl</kbd>+<kbd>K</kbd>, H<sub>2</sub>O, ![a diagram](https://example.com/x.png)\n\n\`\`\`\nno language\n\`\`\``,
          ),
          stats: { ...stats, contextUsedTokens: 7_900 },
        }),
      ],
    }),
  },
};
