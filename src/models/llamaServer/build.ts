/** From the source archive to a program that starts, with CMake. What is done stays: a next try goes on from there. */
import { copyFile, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { HunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import { machineMemory } from "../fit.ts";
import { runProgram } from "../runProgram.ts";
import { BuildOutput } from "./buildOutput.ts";
import { isProgram } from "./find.ts";
import { type Amendment, type LlamaServerRelease, llamaServerName } from "./release.ts";
import { toolsComplaint } from "./tools.ts";

export interface BuildSteps {
  env: NodeJS.ProcessEnv;
  /** @param ratio 0..1; null where it is not known */
  onProgress(step: "unpacking" | "configuring" | "building", ratio: number | null): void;
  signal: AbortSignal;
}

/** What one compiler may take of the memory. */
const compilerBytes = 1_000_000_000;
/** Compilers and make remove what they have half written when they are told to end, and are given time for it (ms). */
const graceMs = 5_000;

/**
 * @param work folder for source, objects and, when it fails, `build.log`
 * @returns a folder with the program and its licence, which can be moved
 * @throws HunchError backendUnavailable when it can not be built or does not start; an error with code ENOSPC on a full disk
 */
export async function buildLlamaServer(
  archive: string,
  release: LlamaServerRelease,
  work: string,
  steps: BuildSteps,
): Promise<string> {
  const [source, build] = [join(work, "source"), join(work, "build")];
  steps.onProgress("unpacking", null);
  if (!(await exists(source))) await unpack(archive, release, source, steps);
  try {
    steps.onProgress("configuring", null);
    await cmake(["-S", source, "-B", build, ...release.options], work, steps);
    const target = ["--build", build, "--config", "Release", "--target", "llama-server"];
    await cmake([...target, "--parallel", String(compilerCount())], work, steps);
    const program = [join(build, "bin"), join(build, "bin", "Release")]
      .map((folder) => join(folder, llamaServerName))
      .find(isProgram);
    if (!program) throw failed(t("the build left no program"), work);
    const start = await runProgram(program, ["--version"], { env: steps.env, signal: steps.signal });
    if (start.exitCode !== 0) throw failed(t("the program does not start"), work);
    return await finish(program, source, work);
  } catch (error) {
    // Something in there is wrong: the next try begins with none of it.
    if (error instanceof HunchError) await rm(build, { recursive: true, force: true });
    throw error;
  }
}

async function unpack(
  archive: string,
  release: LlamaServerRelease,
  source: string,
  { env, signal }: BuildSteps,
): Promise<void> {
  const unpacking = `${source}.part`;
  await rm(unpacking, { recursive: true, force: true });
  await mkdir(unpacking);
  const output = new BuildOutput();
  const onOutput = (text: string) => output.add(text);
  const args = ["-E", "tar", "xzf", archive, "--", release.folder];
  const { exitCode } = await runProgram("cmake", args, { env, cwd: unpacking, onOutput, signal });
  if (exitCode !== 0) throw output.diskFull() ?? failed(output.reason(), null);
  for (const amendment of release.amendments) await amend(join(unpacking, release.folder), amendment);
  await rename(join(unpacking, release.folder), source);
  await rm(unpacking, { recursive: true });
}

/** @throws when the source is not the one that the amendment is for */
async function amend(source: string, { file, from, to }: Amendment): Promise<void> {
  const path = join(source, file);
  const parts = (await readFile(path, "utf8")).split(from);
  if (parts.length !== 2) throw new Error(`“${from}” stands ${parts.length - 1} times in ${file}`);
  await writeFile(path, parts.join(to));
}

async function cmake(args: readonly string[], work: string, { env, onProgress, signal }: BuildSteps): Promise<void> {
  const output = new BuildOutput((ratio) => onProgress("building", ratio));
  const onOutput = (text: string) => output.add(text);
  // Messages are looked through, so they have to be English; counts are, so they have to be there.
  const speaking = { ...env, LC_ALL: "C", NINJA_STATUS: "[%f/%t] " };
  const { exitCode } = await runProgram("cmake", args, { env: speaking, cwd: work, onOutput, graceMs, signal });
  if (exitCode === 0) return;
  const full = output.diskFull();
  if (full) throw full;
  await writeFile(logPath(work), output.text);
  throw toolsComplaint(output.text) ?? failed(output.reason(), work);
}

/** The program and its licences in a folder of their own. */
async function finish(program: string, source: string, work: string): Promise<string> {
  const folder = join(work, "finished");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  await copyFile(program, join(folder, llamaServerName));
  await copyFile(join(source, "LICENSE"), join(folder, "LICENSE"));
  return folder;
}

function compilerCount(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(machineMemory().availableBytes / compilerBytes)));
}

function logPath(work: string): string {
  return join(work, "build.log");
}

function failed(reason: string, work: string | null): HunchError {
  const byHand = t("Or build llama.cpp yourself, and put its llama-server on PATH.");
  return new HunchError("backendUnavailable", t("llama-server could not be built: {0}.", reason), {
    hint: work === null ? byHand : `${t("All that the build said is in {0}.", logPath(work))} ${byHand}`,
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );
}
