/**
 * How often drafts are right on recorded traces, by kind of text, drafter, confidence class and band of positions: what
 * the controller's priors (acceptance.ts) were read off from.
 */
import { bandFrom } from "../../src/engine/speculation/acceptance.ts";
import { longestDraft } from "../../src/engine/speculation/controller.ts";
import { ModelDrafter } from "../../src/engine/speculation/drafters/draftModel.ts";
import { IndexDrafter } from "../../src/engine/speculation/drafters/indexDrafter.ts";
import { RecyclingDrafter } from "../../src/engine/speculation/drafters/recycling.ts";
import { SuffixDrafter } from "../../src/engine/speculation/drafters/suffix.ts";
import { Sampler } from "../../src/engine/speculation/sampler.ts";
import type { Draft, Drafter } from "../../src/engine/speculation/types.ts";
import type { WorkspaceIndex } from "../../src/engine/speculation/workspaceIndex/workspaceIndex.ts";
import { DraftSequence } from "./draftSequence.ts";
import { type DraftTrace, longestModelDraft } from "./drafts.ts";
import { greedy, type Trace } from "./trace.ts";
import { remember } from "./workspace.ts";

interface Rate {
  accepted: number;
  seen: number;
}

/**
 * A Markdown table: share accepted given that those before were (number of draft tokens looked at).
 * @param index drafts too, and takes in each answer; null for none. @param modelOf what a draft model says along a trace
 */
export async function rateTable(
  traces: readonly Trace[],
  index: WorkspaceIndex | null,
  modelOf: (trace: Trace) => DraftTrace | null,
): Promise<string> {
  const rates = new Map<string, Rate[]>();
  for (const trace of traces) {
    await observeTrace(trace, index, modelOf(trace), rates);
    if (index) remember(index, trace.output);
  }
  const rows = [...rates].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
  const cell = ({ accepted, seen }: Rate) => (seen === 0 ? "" : `${(accepted / seen).toFixed(2)} (${seen})`);
  const bands = bandFrom.map((from, i) =>
    i + 1 < bandFrom.length ? `${from + 1}–${bandFrom[i + 1]}` : `${from + 1}…`,
  );
  return [
    `| kind, drafter, class | ${bands.join(" | ")} |`,
    `|---|${bands.map(() => "---").join("|")}|`,
    ...rows.map(([name, row]) => `| ${name} | ${row.map(cell).join(" | ")} |`),
  ].join("\n");
}

async function observeTrace(
  trace: Trace,
  index: WorkspaceIndex | null,
  model: DraftTrace | null,
  rates: Map<string, Rate[]>,
): Promise<void> {
  const suffix = new SuffixDrafter();
  suffix.expect(trace.expected ?? null);
  const drafters: Drafter[] = [suffix, new RecyclingDrafter()];
  if (index) drafters.push(new IndexDrafter(index, suffix));
  if (model)
    drafters.push(new ModelDrafter({ sequence: new DraftSequence(trace, model, 0), sampler: new Sampler(greedy) }));
  for (const drafter of drafters) drafter.begin(trace.prompt);
  const text = [...trace.prompt.slice(-2), ...trace.output];
  for (const [i, token] of trace.output.entries()) {
    const kind = trace.kinds[i] === "code" ? "code" : "text";
    for (const drafter of drafters) {
      for (const draft of await drafter.draft(drafter.cheap ? longestDraft : longestModelDraft))
        observeDraft(draft, trace.output, i, ratesOf(rates, `${kind} ${draft.drafter} ${draft.bucket}`));
      drafter.observe?.(text[i]!, text[i + 1]!, trace.candidates[i]!);
      drafter.commit([token]);
    }
  }
}

function observeDraft(draft: Draft, output: readonly number[], at: number, row: Rate[]): void {
  for (const [j, token] of draft.tokens.entries()) {
    if (at + j >= output.length) return;
    const rate = row[bandFrom.findLastIndex((from) => j >= from)]!;
    rate.seen++;
    if (token !== output[at + j]) return;
    rate.accepted++;
  }
}

function ratesOf(rates: Map<string, Rate[]>, name: string): Rate[] {
  const row = rates.get(name) ?? bandFrom.map(() => ({ accepted: 0, seen: 0 }));
  rates.set(name, row);
  return row;
}
