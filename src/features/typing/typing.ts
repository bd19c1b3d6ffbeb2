/** Typing in an editor stays as quick as ever: an answer that is computed on the processor waits meanwhile. */
import * as vscode from "vscode";
import { proposalScheme } from "../../common/commands.ts";
import type { ModelInfo } from "../../common/protocol.ts";
import type { Ctx } from "../../host/ctx.ts";
import { TypingPauses } from "./typingPauses.ts";

/** Texts that programs write. */
const writtenByPrograms: readonly string[] = ["output", proposalScheme];
/** Where the keys are drawn by another machine than the one that computes. */
const elsewhere: readonly string[] = ["ssh-remote", "tunnel", "codespaces"];
/** More at once is no key: a command wrote it, or the clipboard. */
const longestKey = 100;

export interface Typing {
  /** An answer of this window waits for the one who types. */
  readonly isPausing: boolean;
  readonly onChange: vscode.Event<void>;
}

/** On the processor, and by our own engine: others take no pause. */
function computesHere(model: ModelInfo | null): boolean {
  return model?.backend === "embedded" && model.device === "cpu";
}

export function registerTyping({ engine, settings, own }: Ctx): Typing {
  const drawsHere = !elsewhere.includes(vscode.env.remoteName ?? "");
  const pauses = new TypingPauses();
  const changed = own(new vscode.EventEmitter<void>());
  let end: NodeJS.Timeout | null = null;
  const ended = () => {
    end = null;
    changed.fire();
  };
  own(
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      const { state } = engine.health;
      const isOurs = state === "busy" && computesHere(engine.model);
      // What is done while nobody asks; or another window's answer in the engine that is shared, which this one is not told.
      const isPerhaps = state === "ready" && (settings.current.sharedEngine || computesHere(engine.model));
      if (!drawsHere || !(isOurs || isPerhaps)) return;
      if (!settings.current.pauseWhileTyping || document !== vscode.window.activeTextEditor?.document) return;
      if (writtenByPrograms.includes(document.uri.scheme)) return;
      if (contentChanges.length === 0 || contentChanges.some(({ text }) => text.length > longestKey)) return;
      const ms = pauses.key(performance.now());
      if (ms === null) return;
      engine.pause(ms);
      if (!isOurs) return;
      const isNew = end === null;
      if (end) clearTimeout(end);
      end = setTimeout(ended, ms);
      if (isNew) changed.fire();
    }),
  );
  own({ dispose: () => end && clearTimeout(end) });
  return {
    get isPausing() {
      return end !== null;
    },
    onChange: changed.event,
  };
}
