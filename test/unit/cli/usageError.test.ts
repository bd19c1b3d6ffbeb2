import { Command, type CommanderError } from "commander";
import { expect, test } from "vitest";
import { benchCommand } from "../../../src/cli/bench.ts";
import { exitStatus } from "../../../src/cli/program.ts";
import { usageError } from "../../../src/cli/usageError.ts";

/** As program.ts has it: nothing is written, errors are thrown. */
async function wrong(...argv: string[]) {
  const program = new Command("hunch")
    .configureOutput({ writeOut: () => {}, writeErr: () => {}, outputError: () => {} })
    .exitOverride();
  program.addCommand(benchCommand(() => {}).copyInheritedSettings(program));
  const error = await program.parseAsync(argv, { from: "user" }).catch((error: CommanderError) => error);
  return usageError(error as CommanderError);
}

test.each([
  ["bench alone", ["bench"], "A command is missing."],
  ["no command", [], "A command is missing."],
  ["a command that is none", ["bench", "sped"], "unknown command 'sped' (Did you mean speed?)"],
])("%s is told in words, with what to do next", async (_, argv, message) => {
  const error = await wrong(...argv);
  expect(error).toMatchObject({ code: "usage", message, hint: expect.stringContaining("hunch COMMAND --help") });
  expect(exitStatus(error)).toBe(2);
});
