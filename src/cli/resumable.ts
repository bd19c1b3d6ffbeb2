/** Runs a long measurement that the same command takes up again after Ctrl-C: its progress, its end, its exit status. */
import { ModelStore } from "../models/store.ts";
import { Interrupts } from "./interrupts.ts";
import { PlainOutput } from "./output/plain.ts";
import { RunDisplay } from "./runDisplay.ts";

const err = (text: string) => void process.stderr.write(text);

export interface Tools {
  /** What loading a model and opening an engine take. */
  context: { store: ModelStore; output: PlainOutput; interrupts: Interrupts; verbose: boolean };
  interrupts: Interrupts;
  display: RunDisplay;
}

/**
 * @param measure measures, keeping what is finished when the signal of `interrupts` aborts
 * @param show prints what came of it, finished or not
 * @returns the exit status: 0, or that of the signal that stopped it
 */
export async function resumable<T>(
  verbose: boolean,
  measure: (tools: Tools) => Promise<T>,
  show: (result: T) => Promise<void>,
): Promise<number> {
  const interrupts = new Interrupts();
  const display = new RunDisplay();
  // The cursor is hidden while a line is redrawn.
  interrupts.onKill(() => display.close());
  const context = { store: new ModelStore(), output: new PlainOutput(err, err), interrupts, verbose };
  try {
    const result = await measure({ context, interrupts, display });
    display.close();
    await show(result);
    if (interrupts.status !== null) err("Stopped. The same command goes on from here.\n");
    return interrupts.status ?? 0;
  } catch (error) {
    if (interrupts.status !== null) return interrupts.status;
    throw error;
  } finally {
    display.close();
    interrupts.dispose();
  }
}
