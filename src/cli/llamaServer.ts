/**
 * `hunch llama-server`: which one is used, and getting one. Results go to stdout, progress to stderr; with --json every
 * line of stdout is one object. Errors are thrown as HunchError: the command line's entry prints them.
 */
import { Command } from "commander";
import {
  type FoundLlamaServer,
  llamaServerHere,
  llamaServerVariable,
  locateLlamaServer,
} from "../models/llamaServer/find.ts";
import { type InstallProgress, installLlamaServer } from "../models/llamaServer/install.ts";
import { Interrupts } from "./interrupts.ts";
import { bar } from "./output/live.ts";
import { LiveRegion } from "./terminal/liveRegion.ts";
import { isLiveTerminal, screenOf } from "./terminal/terminal.ts";
import { installLine } from "./wording.ts";

const out = (text: string) => void process.stdout.write(text);
const err = (text: string) => void process.stderr.write(text);

interface OutputOptions {
  json?: boolean;
}

export function llamaServerCommand(): Command {
  const command = new Command("llama-server").description("the llama-server that Hunch starts, and getting one");
  command
    .command("show", { isDefault: true })
    .description("which one is used, and where it was found")
    .option("--json", "the result as a JSON object")
    .action(show);
  command
    .command("install")
    .description("fetch llama.cpp's source, check its SHA-256, and build llama-server here; goes on where it stopped")
    .option("--json", "progress and result as JSON, one object a line")
    .action(install);
  return command;
}

function show({ json }: OutputOptions): void {
  const found = locateLlamaServer("");
  out(json ? `${JSON.stringify(found)}\n` : `${found.program} (${foundIn(found)})\n`);
}

function foundIn({ foundIn }: FoundLlamaServer): string {
  switch (foundIn) {
    case "settings":
      return "of the settings";
    case "environment":
      return `of ${llamaServerVariable}`;
    case "PATH":
      return "on PATH";
    case "Hunch":
      return "built by hunch llama-server install";
  }
}

async function install({ json }: OutputOptions): Promise<void> {
  // Before minutes of building what would not be used.
  const { problem } = llamaServerHere("");
  if (problem) throw problem;
  const interrupts = new Interrupts();
  const display = progressDisplay(json ?? false);
  // The cursor is hidden while a line is redrawn.
  interrupts.onKill(() => display.close());
  try {
    const program = await installLlamaServer({ onProgress: display.show, signal: interrupts.signal });
    display.close();
    out(json ? `${JSON.stringify({ type: "done", path: program })}\n` : `${program}\n`);
    const used = locateLlamaServer("");
    if (used.program !== program) err(`Note: ${used.program} (${foundIn(used)}) comes first.\n`);
  } finally {
    display.close();
    interrupts.dispose();
  }
}

interface ProgressDisplay {
  show(progress: InstallProgress): void;
  close(): void;
}

/** A line that is redrawn in a terminal; else one line for each tenth of a step. */
function progressDisplay(json: boolean): ProgressDisplay {
  if (!json && isLiveTerminal(process.stderr, process.env)) {
    const region = new LiveRegion(screenOf(process.stderr, process.env));
    return {
      show: (progress) => {
        const text = installLine(progress);
        region.update([], [progress.ratio === null ? text : `${bar(progress.ratio)} ${text}`]);
      },
      close: () => region.close(),
    };
  }
  let told = "";
  return {
    show: (progress) => {
      const { step, ratio } = progress;
      const tenth = `${step} ${ratio === null ? "" : Math.floor(ratio * 10)}`;
      if (tenth === told) return;
      told = tenth;
      if (json) out(`${JSON.stringify({ type: "progress", phase: "llama-server", state: step, progress: ratio })}\n`);
      else err(`${installLine(progress)}${ratio === null ? "" : `, ${Math.floor(100 * ratio)} %`}\n`);
    },
    close: () => {},
  };
}
