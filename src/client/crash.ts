/** What the user reads when the engine dies: what it was doing, how it ended, and what happens next. */

import { HunchError } from "../common/errors.ts";
import { t } from "../common/l10n.ts";
import type { EngineExit } from "./engineLink.ts";
import { type GpuFailure, gpuFailureIn } from "./gpuTrust.ts";

/** What a request has the engine do at the moment. */
export type Phase = "loading" | "queued" | "prefill" | "thinking" | "answering" | "measuring" | "serving";

function doing(phase: Phase): string {
  switch (phase) {
    case "loading":
      return t("while it was loading the model");
    case "queued":
      return t("while the question was waiting");
    case "prefill":
      return t("while it was reading the prompt");
    case "thinking":
      return t("while the model was thinking");
    case "answering":
      return t("in the middle of the answer");
    case "measuring":
      return t("while it was measuring this machine");
    case "serving":
      return t("while it was answering a request");
  }
}

function nextStep(phase: Phase): string {
  switch (phase) {
    case "loading":
      return t(
        "Try again: the engine starts anew. If this repeats, the model may need more memory than is free: choose a smaller model or a smaller context.",
      );
    case "queued":
      return t("Ask again: the engine starts anew.");
    case "prefill":
      return t(
        "Ask again: the engine starts anew. If this repeats, there may be too little memory: send less code or choose a smaller context.",
      );
    case "thinking":
    case "answering":
      return t("The text so far is kept. Continue or ask again: the engine starts anew.");
    case "measuring":
    case "serving":
      return t("Try again: the engine starts anew.");
  }
}

function gpuStep(failure: GpuFailure, phase: Phase, leavesGpu: boolean): string {
  const keepsText = phase === "thinking" || phase === "answering";
  const cause =
    failure === "driver"
      ? t("The GPU's driver failed: a newer one may help.")
      : t("The GPU's memory ran out: a smaller model or a smaller context needs less.");
  const next = leavesGpu
    ? t(
        'Models run on the processor now, until you restart the engine; the setting hunch.gpu "off" (in a terminal --gpu off) keeps them there.',
      )
    : t('Or let models run on the processor: --gpu off in a terminal, in the editor the setting hunch.gpu "off".');
  return [...(keepsText ? [t("The text so far is kept.")] : []), cause, next].join(" ");
}

/** @param leavesGpu whoever asked has models run on the processor after a failure of the GPU */
export function crashError(
  phase: Phase,
  exit: EngineExit,
  lastLines: readonly string[],
  leavesGpu: boolean,
): HunchError {
  const reason = lastWords(lastLines);
  const gpuFailure = gpuFailureIn(reason);
  const said = reason ? ` ${t("Its last words: {0}", reason)}` : "";
  return new HunchError("engineCrashed", t("The engine stopped {0} ({1}).{2}", doing(phase), howItEnded(exit), said), {
    hint: gpuFailure ? gpuStep(gpuFailure, phase, leavesGpu) : nextStep(phase),
  });
}

export function howItEnded(exit: EngineExit): string {
  // Linux ends the largest process with SIGKILL when memory runs out.
  if (exit.signal === "SIGKILL") return t("ended by the system or another program, signal SIGKILL");
  if (exit.signal) return t("signal {0}", exit.signal);
  return exit.code === null ? t("reason unknown") : t("exit code {0}", exit.code);
}

/** The lines among the last of standard error that tell why, joined; empty when nothing was said. */
export function lastWords(lines: readonly string[]): string {
  const frame = /^\s*(at |#?\d+:? +\S|node:|-+ .*stack trace)|^(file:\/\/|\s*\^+\s*$|Node\.js v)/;
  const said = lines.filter((line) => !frame.test(line) && !isNativeFrame(line)).map((line) => line.trim());
  const words = [...new Set(said)];
  const telling = words.filter((line) => /error|fail|assert|abort|cannot|unable|memory|illegal/i.test(line));
  return (telling.length > 0 ? telling : words).slice(-2).join(" | ");
}

/** A line of glibc's backtrace, `PATH(symbol+0x1)[0x7f]` or `PATH[0x7f]`: its names tell where, not why. */
export function isNativeFrame(line: string): boolean {
  return /^\s*\S.*\[0x[0-9a-f]+\]\s*$/i.test(line);
}
