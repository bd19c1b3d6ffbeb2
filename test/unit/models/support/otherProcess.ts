/** Runs a download in a process of its own: bundled as the real programs are, started with real fork. */
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { onTestFinished } from "vitest";
import type { CatalogueModel } from "../../../../src/models/catalogue.ts";
import type { DownloadProgress } from "../../../../src/models/download.ts";
import { temporaryFolder } from "./folder.ts";

export interface Job {
  model: CatalogueModel;
  folder: string;
  url: string;
}

export interface OtherProcess {
  child: ChildProcess;
  /** Resolves at the first progress that fits. */
  until(fits: (progress: DownloadProgress) => boolean): Promise<DownloadProgress>;
  /** The path, or the error's code. */
  result: Promise<string>;
}

export async function downloadElsewhere(job: Job): Promise<OtherProcess> {
  const program = join(temporaryFolder(), "job.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL("downloadJob.ts", import.meta.url))],
    outfile: program,
    bundle: true,
    platform: "node",
    format: "esm",
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  const child = fork(program, [JSON.stringify(job)], { execArgv: [] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const seen: DownloadProgress[] = [];
  const watchers = new Set<() => void>();
  const result = new Promise<string>((resolve) => {
    child.on("message", (message: { progress?: DownloadProgress; result?: string }) => {
      if (message.progress) seen.push(message.progress);
      if (message.result !== undefined) resolve(message.result);
      for (const watcher of watchers) watcher();
    });
    child.on("exit", (code, signal) => resolve(`ended: ${code ?? signal}`));
  });
  return {
    child,
    result,
    until: (fits) =>
      new Promise((resolve) => {
        const look = () => {
          const found = seen.find(fits);
          if (!found) return;
          watchers.delete(look);
          resolve(found);
        };
        watchers.add(look);
        look();
      }),
  };
}
