/** The commands and what they do; parsing is commander's, the work is in a module of each command's name. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { type ErrorData, HunchError, toErrorData } from "../common/errors.ts";
import { ModelStore } from "../models/store.ts";
import type { KeySource } from "./answerNow.ts";
import { ask, type Question, readInput } from "./ask.ts";
import { type AskRequest, addAskOptions, askRequest, sharedRequest } from "./askRequest.ts";
import { benchCommand } from "./bench.ts";
import { calibrateCommand } from "./calibrate.ts";
import { demoFooting, demoHeading, demoQuestion, demoRequest } from "./demo.ts";
import { examine, isHealthy } from "./doctor.ts";
import { doctorText } from "./doctorText.ts";
import { addEngineOptions, engineRequest } from "./engineRequest.ts";
import { Interrupts } from "./interrupts.ts";
import { llamaServerCommand } from "./llamaServer.ts";
import { modelsCommand } from "./models.ts";
import { JsonOutput } from "./output/json.ts";
import { LiveOutput } from "./output/live.ts";
import type { AskOutput } from "./output/output.ts";
import { PlainOutput } from "./output/plain.ts";
import { addServeOptions, type ServeOptions, serve, serveRequest, servingLine } from "./serve/serve.ts";
import { Keys } from "./terminal/keys.ts";
import { isLiveTerminal, screenOf } from "./terminal/terminal.ts";
import { usageError } from "./usageError.ts";

const out = (text: string) => void process.stdout.write(text);
const err = (text: string) => void process.stderr.write(text);

/**
 * Runs a command line without the program's name. Returns the exit status.
 * @throws HunchError that has not been shown yet
 */
export async function run(argv: readonly string[]): Promise<number> {
  let status = 0;
  const program = createProgram((newStatus) => {
    status = newStatus;
  });
  try {
    // Nothing asked: show what this is for.
    if (argv.length === 0) return await demo();
    await program.parseAsync(argv, { from: "user" });
    return status;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // --help and --version end here too.
    if (error.exitCode === 0) return 0;
    throw usageError(error);
  }
}

/** The user wants errors as JSON, whatever else is wrong with the command line. */
export function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return argv.slice(0, end === -1 ? argv.length : end).includes("--json");
}

function createProgram(setStatus: (status: number) => void): Command {
  const program = new Command("hunch")
    .description("A reasoning assistant that runs on this machine.")
    .version(version(), "-V, --version")
    // Errors are shown by main.ts, as text or as JSON.
    .configureOutput({ writeOut: out, writeErr: () => {}, outputError: () => {} })
    .exitOverride()
    .addHelpText("after", "\nWithout a command, a bundled function is explained. `hunch ask --help` shows all of ask.");
  addAskOptions(program.command("ask").description("ask a question, about code or anything"))
    .addHelpText("after", askExamples)
    .action(async (question: string | undefined, options) => {
      const request = askRequest(question, options);
      setStatus(await answer(request, createOutput(request.json), (signal) => readInput(request, signal)));
    });
  addEngineOptions(program.command("doctor").description("what works on this machine, what does not, and why")).action(
    async (options, command: Command) => setStatus(await doctor(options, command)),
  );
  addServeOptions(
    addEngineOptions(
      program.command("serve").description("OpenAI-compatible HTTP on this machine, for other programs"),
    ),
  ).action(async (options) => setStatus(await runServer(options)));
  program.addCommand(inherit(modelsCommand(), program));
  program.addCommand(inherit(llamaServerCommand(), program));
  program.addCommand(inherit(calibrateCommand(setStatus), program));
  program.addCommand(inherit(benchCommand(setStatus), program));
  return program;
}

const askExamples = `
Examples:
  hunch ask "Why is this slow?" --file src/index.ts:20-60
  hunch ask --file src/parser.ts
  git diff | hunch ask -`;

/** Commands made elsewhere do not know how this program reports errors. */
function inherit(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inherit(child, command);
  return command;
}

async function answer(
  request: AskRequest,
  output: AskOutput,
  input: (signal: AbortSignal) => Promise<Question>,
): Promise<number> {
  const interrupts = new Interrupts();
  try {
    const { verbose, shared } = request;
    // Keys are read where the question is not, and only for a person who sees what they do.
    const keys = output instanceof LiveOutput && request.question.from !== "stdin" ? terminalKeys(interrupts) : null;
    const context = { store: new ModelStore(), output, interrupts, verbose, shared, keys };
    output.done(await ask(request, await input(interrupts.signal), output, context));
    return interrupts.status ?? 0;
  } catch (error) {
    // A signal to the whole process group may reach the engine first: that is no crash.
    output.failed(interrupts.status === null ? toErrorData(error) : stopped);
    return interrupts.status ?? exitStatus(error);
  } finally {
    interrupts.dispose();
  }
}

/** null where standard input is no terminal. */
function terminalKeys(interrupts: Interrupts): KeySource | null {
  if (!process.stdin.isTTY) return null;
  return new Keys(process.stdin, (signal) => {
    if (signal === "SIGINT") interrupts.interrupt();
    // To all of the command's processes, as the terminal does it.
    else if (process.platform !== "win32") process.kill(0, signal);
  });
}

async function demo(): Promise<number> {
  const screen = isLiveTerminal(process.stdout, process.env) ? screenOf(process.stdout, process.env) : null;
  const heading = await demoHeading(screen !== null);
  if (screen) screen.write(heading);
  else out(heading);
  // All of it is the result here, the thought and the figures too.
  const output = screen ? new LiveOutput(screen) : new PlainOutput(out, out);
  const status = await answer(demoRequest(), output, demoQuestion);
  if (status === 0) out(`\n${demoFooting}`);
  return status;
}

async function doctor(options: Parameters<typeof engineRequest>[0], command: Command): Promise<number> {
  const interrupts = new Interrupts();
  try {
    const context = {
      store: new ModelStore(),
      // The report is the result; how it comes about is told on standard error.
      output: new PlainOutput(err, err),
      interrupts,
      verbose: options.verbose ?? false,
    };
    const named = command.getOptionValueSource("model") === "cli";
    const report = await examine(engineRequest(options), named, context);
    out(options.json ? `${JSON.stringify(report)}\n` : doctorText(report));
    return isHealthy(report) ? 0 : 1;
  } catch (error) {
    if (interrupts.status !== null) return interrupts.status;
    throw error;
  } finally {
    interrupts.dispose();
  }
}

async function runServer(options: Parameters<typeof engineRequest>[0] & ServeOptions): Promise<number> {
  const interrupts = new Interrupts();
  try {
    const output = new PlainOutput(err, err);
    const { json, verbose = false, shared = false } = options;
    const context = { store: new ModelStore(), output, interrupts, verbose, shared };
    const engine = shared ? sharedRequest(options) : engineRequest(options);
    const request = serveRequest(engine, options);
    await serve(request, context, (url, model) => {
      const wantsKey = request.apiKey !== null;
      out(`${json ? JSON.stringify({ type: "serving", url, model, wantsKey }) : servingLine(request, url, model)}\n`);
    });
    // It was told to end, and did.
    return 0;
  } catch (error) {
    if (interrupts.status !== null) return interrupts.status;
    throw error;
  } finally {
    interrupts.dispose();
  }
}

function createOutput(json: boolean): AskOutput {
  if (json) return new JsonOutput(out, err);
  return isLiveTerminal(process.stdout, process.env)
    ? new LiveOutput(screenOf(process.stdout, process.env))
    : new PlainOutput(out, err);
}

const stopped: ErrorData = { code: "cancelled", message: "Stopped.", hint: "" };

export function exitStatus(error: unknown): number {
  if (!(error instanceof HunchError)) return 1;
  // Only the user cancels: Ctrl-C.
  return error.code === "usage" ? 2 : error.code === "cancelled" ? 130 : 1;
}

function version(): string {
  const manifest = new URL("../package.json", import.meta.url);
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}
