/** What the user reads when the engine dies: what it was doing, how it ended, and what happens next. */
import { HunchError } from "../common/errors.ts";
import type { EngineExit } from "./engineProcess.ts";

/** What a request has the engine do at the moment. */
export type Phase = "loading" | "queued" | "prefill" | "thinking" | "answering" | "measuring" | "serving";

const doing: Record<Phase, string> = {
  loading: "while it was loading the model",
  queued: "while the question was waiting",
  prefill: "while it was reading the prompt",
  thinking: "while the model was thinking",
  answering: "in the middle of the answer",
  measuring: "while it was measuring this machine",
  serving: "while it was answering a request",
};

const next: Record<Phase, string> = {
  loading:
    "Try again: the engine starts anew. If this repeats, the model may need more memory than is free: choose a smaller model or a smaller context.",
  queued: "Ask again: the engine starts anew.",
  prefill:
    "Ask again: the engine starts anew. If this repeats, there may be too little memory: send less code or choose a smaller context.",
  thinking: "The text so far is kept. Continue or ask again: the engine starts anew.",
  answering: "The text so far is kept. Continue or ask again: the engine starts anew.",
  measuring: "Try again: the engine starts anew.",
  serving: "Try again: the engine starts anew.",
};

export function crashError(phase: Phase, exit: EngineExit, lastLines: readonly string[]): HunchError {
  const reason = lastWords(lastLines);
  const said = reason ? ` Its last words: ${reason}` : "";
  return new HunchError("engineCrashed", `The engine stopped ${doing[phase]} (${howItEnded(exit)}).${said}`, {
    hint: next[phase],
  });
}

export function howItEnded(exit: EngineExit): string {
  // Linux ends the largest process with SIGKILL when memory runs out.
  if (exit.signal === "SIGKILL") return "ended by the system or another program, signal SIGKILL";
  if (exit.signal) return `signal ${exit.signal}`;
  return exit.code === null ? "reason unknown" : `exit code ${exit.code}`;
}

/** The lines among the last of standard error that tell why, joined; empty when nothing was said. */
export function lastWords(lines: readonly string[]): string {
  const frame = /^\s*(at |#?\d+:? +\S|node:|-+ .*stack trace)|^(file:\/\/|\s*\^+\s*$|Node\.js v)/;
  const words = lines.filter((line) => !frame.test(line)).map((line) => line.trim());
  const telling = words.filter((line) => /error|fail|assert|abort|cannot|unable|memory|illegal/i.test(line));
  return (telling.length > 0 ? telling : words).slice(-2).join(" | ");
}
