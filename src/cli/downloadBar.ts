/**
 * Shows a download: a bar that redraws in a terminal, a line now and then anywhere else. Used by `models download`
 * and by every command that has to fetch a model first.
 */
import { Presets, SingleBar } from "cli-progress";
import type { DownloadPhase, DownloadProgress } from "../models/download.ts";
import { formatBytes, formatSeconds } from "../models/units.ts";

export interface DownloadDisplay {
  update(progress: DownloadProgress): void;
  /** A line of its own, above the bar. */
  notice(message: string): void;
  /** Ends the bar; also after a failure, before the error is printed. */
  stop(): void;
}

const quietIntervalMs = 5_000;

const phaseTexts: Readonly<Record<DownloadPhase, string>> = {
  waiting: "waiting for another Hunch that downloads it",
  connecting: "connecting",
  downloading: "downloading",
  joining: "downloading",
  verifying: "checking the SHA-256",
  done: "done",
};

/** "downloading, 412 MB of 1.12 GB, 21.3 MB/s, 33 s left, from PyPI wheels" */
export function describeProgress(progress: DownloadProgress): string {
  const { phase, receivedBytes, totalBytes, bytesPerSecond, secondsLeft, source } = progress;
  const parts = [phaseTexts[phase]];
  if (phase !== "connecting" || receivedBytes > 0)
    parts.push(`${formatBytes(receivedBytes)} of ${formatBytes(totalBytes)}`);
  if (phase === "downloading" || phase === "joining") {
    if (bytesPerSecond > 0) parts.push(`${formatBytes(bytesPerSecond)}/s`);
    if (secondsLeft !== null) parts.push(`${formatSeconds(secondsLeft)} left`);
  }
  if (source !== "" && phase !== "done" && phase !== "waiting") parts.push(`from ${source}`);
  return parts.join(", ");
}

export function downloadDisplay(title: string, stream: NodeJS.WriteStream): DownloadDisplay {
  return stream.isTTY ? terminalDisplay(title, stream) : lineDisplay(title, stream);
}

function terminalDisplay(title: string, stream: NodeJS.WriteStream): DownloadDisplay {
  const bar = new SingleBar(
    {
      stream,
      format: `${title} {bar} {percentage} %  {text}`,
      barsize: 24,
      hideCursor: true,
      clearOnComplete: true,
      stopOnComplete: false,
      // The signal handler of the command decides what Ctrl-C means.
      gracefulExit: false,
      forceRedraw: true,
    },
    Presets.shades_classic,
  );
  let started = false;
  const draw = (progress: DownloadProgress) => {
    const payload = { text: describeProgress(progress) };
    if (started) {
      bar.setTotal(progress.totalBytes);
      bar.update(progress.receivedBytes, payload);
      return;
    }
    started = true;
    bar.start(progress.totalBytes, progress.receivedBytes, payload);
  };
  const stop = () => {
    if (started) bar.stop();
    started = false;
  };
  return {
    update: draw,
    notice: (message) => {
      stop();
      stream.write(`${message}\n`);
    },
    stop,
  };
}

function lineDisplay(title: string, stream: NodeJS.WriteStream): DownloadDisplay {
  let shown = "";
  let shownAt = 0;
  return {
    update: (progress) => {
      const key = `${phaseTexts[progress.phase]} ${progress.source}`;
      const now = performance.now();
      if (key === shown && now - shownAt < quietIntervalMs) return;
      shown = key;
      shownAt = now;
      stream.write(`${title}: ${describeProgress(progress)}\n`);
    },
    notice: (message) => {
      stream.write(`${title}: ${message}\n`);
    },
    stop: () => undefined,
  };
}
