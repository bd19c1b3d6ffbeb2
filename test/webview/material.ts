/** What the states of the panel are made of: texts, figures, and turns and conversations with what every one has. */
import type {
  AssistantTurn,
  Attachment,
  DownloadState,
  PanelState,
  SessionSummary,
  TextRun,
  UserTurn,
} from "../../src/common/panel.ts";
import type { OtherThought } from "../../src/common/protocol.ts";
import type { TokenOrigin } from "../../src/common/segments.ts";
import type { GenerationStats, LiveStats } from "../../src/common/stats.ts";
import { assistantTurn as anyTurn } from "../support/protocol.ts";

export const selection: Attachment = {
  label: "src/server/queue/fairQueue.ts",
  uri: "file:///workspace/src/server/queue/fairQueue.ts",
  languageId: "typescript",
  startLine: 12,
  endLine: 40,
};

/** An answer with formulas as models write them, and with what only looks like one. */
export const formulas = String.raw`The recurrence is \(T(n) = 2\,T(n/2) + \Theta(n)\), so the whole is $O(n \log n)$; with $a*b*c$ terms it costs $5 or $6 per run of ${"`$HOME/bin`"}.

\[
\sum_{i=1}^{n} i = \frac{n(n+1)}{2}
\]

1. A matrix: $$M = \begin{pmatrix} a_{11} & a_{12} \\ a_{21} & a_{22} \end{pmatrix}$$
2. Cases:
   \[
   f(x) = \begin{cases} 1 & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}
   \]
3. Not known here: \(\nosuchcommand{x}\)

$$
\begin{aligned}
\|x\|_2 &= \sqrt{x_1^2 + \dots + x_n^2} \\
\hat{\theta} &= \operatorname{argmax}_{\theta} P(x \mid \theta), \quad \theta \in \mathbb{R}^n
\end{aligned}
$$

\[ \boxed{x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}} \qquad \cancel{y} + \underbrace{a + b + c + d + e + f + g + h + i + j + k + l + m}_{n \text{ terms}} \]

> In a quote: \(\lfloor n/2 \rfloor \le k\).
`;

export const live: LiveStats = {
  thinkingTokens: 184,
  answerTokens: 0,
  thinkingBudget: 400,
  elapsedMs: 6_200,
  tokensPerSecond: 31,
  draftedTokens: 120,
  acceptedTokens: 80,
  contextUsedTokens: 3_184,
  contextSize: 8_192,
};

export const stats: GenerationStats = {
  promptTokens: 3_000,
  cachedTokens: 1_200,
  thinkingTokens: 240,
  answerTokens: 412,
  targetPasses: 341,
  sharedPasses: 0,
  draftedTokens: 502,
  acceptedTokens: 311,
  meanAcceptanceLength: 2.41,
  tokensPerPass: 1.91,
  queueMs: 0,
  prefillMs: 5_210,
  timeToFirstTokenMs: 5_260,
  decodeMs: 15_900,
  tokensPerSecond: 41,
  plainTokensPerSecond: 19.5,
  overheadMsPerPass: 0.11,
  thinkingMs: 12_300,
  otherThinkingTokens: 0,
  thinkingTokensSaved: 110,
  thinkingBudget: 400,
  costCurve: [
    { size: 1, ms: 51.3, passes: 121 },
    { size: 2, ms: 58.1, passes: 64 },
    { size: 3, ms: 66.4, passes: 71 },
    { size: 4, ms: 74.9, passes: 52 },
    { size: 6, ms: 101.2, passes: 0 },
    { size: 8, ms: 128.8, passes: 33 },
    { size: 12, ms: 166.7, passes: 0 },
    { size: 16, ms: 201.5, passes: 0 },
    { size: 32, ms: 388.2, passes: 0 },
  ],
  exactness: {
    exactSizes: [1, 2, 3],
    lengths: [200, 300, 600, 2_000],
    maxDifference: { "2": 0, "3": 0, "4": 0.271, "5": 0.244, "6": 0.271, "8": 0.198, "12": 0.254, "16": 0.231 },
  },
  contextUsedTokens: 3_652,
  contextSize: 8_192,
  byDrafter: {
    suffix: {
      rounds: 180,
      draftedTokens: 402,
      acceptedTokens: 268,
      draftMs: 3.2,
      acceptedPerPosition: [131, 70, 38, 17, 8, 4],
      acceptedFromWorkspace: 57,
    },
    draft: { rounds: 40, draftedTokens: 100, acceptedTokens: 43, draftMs: 620, acceptedPerPosition: [26, 12, 5] },
  },
};

export const thought = `The user wants to know what next() does. Let me read it.

It takes the queue with the smallest virtual time, removes its first entry and adds the cost to the queue's time. So a conversation that used much waits longer.

What happens when a queue is empty? It is deleted from the map, and when it comes back it starts at the current minimum, not at zero. Otherwise an idle conversation could save up credit.

One more thing to check: ties. With equal times the first in insertion order wins, because Map keeps insertion order and the comparison is strict.`;

export const answer = `\`next()\` picks the request to work on **fairly between conversations**, not by arrival.

### How it works

1. It looks for the conversation with the smallest *virtual time*.
2. It takes that conversation's oldest request.
3. It adds the request's cost to the virtual time, so that heavy users wait longer.

\`\`\`typescript
export class FairQueue<T> {
  readonly #queues = new Map<string, { time: number; entries: T[] }>();

  /** The next entry, or undefined when nothing waits. */
  next(cost = 1): T | undefined {
    let best: { time: number; entries: T[] } | undefined;
    for (const queue of this.#queues.values()) {
      if (!best || queue.time < best.time) best = queue; // ties: the first one wins
    }
    if (!best) return undefined;
    best.time += cost;
    return best.entries.shift();
  }
}
\`\`\`

| Case | What happens |
| --- | --- |
| nothing waits | \`undefined\` |
| equal times | the older conversation |
| a conversation returns | it starts at the current minimum |

> A conversation that was idle gets no credit for it.

See [weighted fair queuing](https://en.wikipedia.org/wiki/Weighted_fair_queueing) for the idea.`;

/** Text as runs whose origins change the way real ones do. */
export function runsOf(text: string): TextRun[] {
  const origins: TokenOrigin[] = ["target", "suffix", "target", "draft", "target", "recycling", "suffix"];
  const words = text.match(/\S+\s*/g) ?? [];
  const runs: TextRun[] = [];
  for (let i = 0, k = 0; i < words.length; k++) {
    const length = 1 + ((i * 7 + k) % 4);
    runs.push({ text: words.slice(i, i + length).join(""), origin: origins[k % origins.length] ?? "target" });
    i += length;
  }
  return runs;
}

export const question: UserTurn = {
  role: "user",
  id: "c1.0",
  text: "What does next() do, and what happens when two conversations have the same virtual time?",
  attachments: [selection],
};

export function assistantTurn(part: Partial<AssistantTurn>): AssistantTurn {
  return anyTurn({ id: "c1.1", status: "done", ...part });
}

const models = [
  {
    id: "qwen2.5-coder-1.5b",
    name: "Qwen2.5 Coder 1.5B",
    sizeBytes: 1_117_320_736,
    licence: "Apache-2.0",
    installed: true,
  },
  { id: "r1-distill-7b", name: "R1 Distill Qwen 7B", sizeBytes: 4_683_074_240, licence: "MIT", installed: false },
];

export function panelState(part: Partial<PanelState> = {}): PanelState {
  return {
    conversationId: "c1",
    title: "",
    turns: [],
    versions: {},
    engine: { state: "ready" },
    model: { id: "qwen2.5-coder-1.5b", name: "Qwen2.5 Coder 1.5B", installed: true, sentTo: "", info: null },
    models,
    download: { state: "none" },
    effort: "auto",
    showOrigins: false,
    thinkingCollapsed: false,
    selection,
    attachSelection: true,
    ...part,
  };
}

export function conversation(turn: Partial<AssistantTurn>, part: Partial<PanelState> = {}): PanelState {
  return panelState({ title: question.text, turns: [question, assistantTurn(turn)], ...part });
}

export const withoutModel: Partial<PanelState> = {
  engine: { state: "off" },
  model: { id: "qwen2.5-coder-1.5b", name: "Qwen2.5 Coder 1.5B", installed: false, sentTo: "", info: null },
  selection: null,
};
export const download: DownloadState = {
  state: "running",
  modelId: "qwen2.5-coder-1.5b",
  modelName: "Qwen2.5 Coder 1.5B",
  receivedBytes: 431_000_000,
  totalBytes: 1_117_320_736,
  bytesPerSecond: 18_400_000,
  secondsLeft: 37,
  phase: "downloading",
  source: "Hugging Face",
};
export const thinking: Partial<AssistantTurn> = {
  status: "thinking",
  thinking: runsOf(thought),
  thinkingMs: 6_200,
  live,
};
export const done: Partial<AssistantTurn> = {
  thinking: runsOf(thought),
  answer: runsOf(answer),
  thinkingEnd: "budget",
  thinkingMs: 12_300,
  stopReason: "stop",
  stats,
};
export const otherThoughts: OtherThought[] = [
  { text: thought, tokens: 212, trial: "the older conversation", fate: "agrees" },
  { text: thought.slice(0, 300), tokens: 84, trial: "`undefined`, since nothing waits then", fate: "outvoted" },
  { text: thought.slice(0, 90), tokens: 31, trial: null, fate: "stopped" },
];
export const half = answer.slice(0, 820);

const hourMs = 3_600_000;
export const sessions: SessionSummary[] = [
  ["c1", question.text, 0, 1, true],
  ["c2", "Why is the total of the cart rounded twice?", 0.4, 3, false],
  ["c3", "Explain the retry loop", 5, 2, false],
  ["c4", "Write a regular expression for ISO dates and explain it.", 26, 1, false],
  ["c5", `Averylongtitlewithoutanyspaces${"x".repeat(60)}`, 700, 12, false],
].map(([id, title, hours, questionCount, running]) => ({
  id: String(id),
  title: String(title),
  updatedAt: Date.now() - Number(hours) * hourMs,
  questionCount: Number(questionCount),
  text: `${title} setTimeout`,
  running: running === true,
}));
