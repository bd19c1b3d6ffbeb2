/** The workspace index: fed while a model is loaded and the setting is on. */
import * as vscode from "vscode";
import type { ModelInfo } from "../../common/protocol.ts";
import type { Ctx } from "../../host/ctx.ts";
import { Feeder } from "./feeder.ts";
import { exists, findThese, listFiles, localFolders, readSource, type WorkspaceFiles } from "./workspaceFiles.ts";

/** After a load, the first question goes first. */
const startPauseMs = 3_000;
const busyPauseMs = 1_000;
const piecePauseMs = 150;
/** Programs that write files write many. */
const gatherPauseMs = 2_000;

export function registerWorkspaceIndex(ctx: Ctx): void {
  let abort: AbortController | null = null;
  let feeder: Feeder | null = null;

  const stop = () => {
    abort?.abort();
    abort = null;
    feeder = null;
  };
  const start = (model: ModelInfo | null) => {
    stop();
    if (!model) return;
    const isWanted = ctx.settings.current.workspaceIndex;
    const isLocal = localFolders().length > 0;
    if (!isWanted || !isLocal) {
      // Open from before the setting or the folders were changed.
      ctx.engine.closeIndex(isLocal ? workspaceName() : undefined).catch(failed);
      return;
    }
    abort = new AbortController();
    const { signal } = abort;
    const timer = setTimeout(() => {
      feeder = open(ctx, signal);
      watch(signal, (uri) => touch([uri]));
      feeder.run().catch((error: unknown) => {
        if (!signal.aborted) failed(error);
      });
    }, startPauseMs);
    signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  };
  const failed = (error: unknown) => {
    ctx.log.error("workspace index", error);
  };
  const touch = (uris: readonly vscode.Uri[]) => {
    for (const uri of uris) feeder?.touch(uri.toString());
  };

  ctx.own(ctx.engine.onModel(start));
  ctx.own(ctx.settings.onDidChange((keys) => keys.includes("workspaceIndex") && start(ctx.engine.model)));
  ctx.own(vscode.workspace.onDidChangeWorkspaceFolders(() => start(ctx.engine.model)));
  ctx.own(vscode.workspace.onDidSaveTextDocument(({ uri }) => touch([uri])));
  ctx.own(vscode.workspace.onDidCreateFiles(({ files }) => touch(files)));
  ctx.own(vscode.workspace.onDidDeleteFiles(({ files }) => touch(files)));
  ctx.own(
    vscode.workspace.onDidRenameFiles(({ files }) => touch(files.flatMap(({ oldUri, newUri }) => [oldUri, newUri]))),
  );
  ctx.own({ dispose: stop });
}

/** Of its folders on the disk, of which there is one at least. */
function workspaceName(): string {
  return localFolders()
    .map(({ uri }) => uri.toString())
    .join("\n");
}

/** What other programs change: a build, another branch, an editor beside this one. */
function watch(signal: AbortSignal, touch: (uri: vscode.Uri) => void): void {
  const watcher = vscode.workspace.createFileSystemWatcher("**/*");
  for (const on of [watcher.onDidCreate, watcher.onDidChange, watcher.onDidDelete]) on(touch);
  signal.addEventListener("abort", () => watcher.dispose(), { once: true });
}

function open(ctx: Ctx, signal: AbortSignal): Feeder {
  const cancellation = new vscode.CancellationTokenSource();
  signal.addEventListener("abort", () => cancellation.cancel(), { once: true });
  const entries = ({ files, isCut }: WorkspaceFiles) => ({
    files: files.map(({ uri, version }) => ({ path: uri.toString(), version })),
    isCut,
  });
  return new Feeder(
    {
      whenIdle: (work) => ctx.engine.whenIdle(work),
      workspace: workspaceName(),
      list: async () => entries(await listFiles(cancellation.token)),
      find: async (paths) => {
        const found = await findThese(
          paths.map((path) => vscode.Uri.parse(path)),
          cancellation.token,
        );
        return entries(found);
      },
      exists: (path) => exists(vscode.Uri.parse(path)),
      read: (path) => readSource(vscode.Uri.parse(path)),
      log: (message) => ctx.log.write("info", message),
      busyPauseMs,
      piecePauseMs,
      gatherPauseMs,
    },
    signal,
  );
}
