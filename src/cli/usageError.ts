/** What is wrong with a command line, from commander's words. */
import type { CommanderError } from "commander";
import { HunchError } from "../common/errors.ts";

export function usageError(error: CommanderError): HunchError {
  return new HunchError("usage", messageOf(error), {
    hint: "`hunch --help` lists the commands, `hunch COMMAND --help` its options.",
    cause: error,
  });
}

function messageOf({ code, message }: CommanderError): string {
  // A command that has others of its own was given alone. Commander would show its help and has no words but a placeholder.
  if (code === "commander.help") return "A command is missing.";
  return message.replace(/^error: /, "").replaceAll("\n", " ");
}
