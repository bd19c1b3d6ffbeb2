/** What the panel offers after a turn that did not end well, in the order of usefulness. Pure. */

import type { ErrorCode } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import type { FromPanel } from "../../common/panel.ts";
import type { TurnHead } from "../wording.ts";
import type { IconName } from "./icons.tsx";

export interface TurnAction {
  label: string;
  icon: IconName;
  message: FromPanel;
  /** Never the button that most people want. */
  isQuiet?: boolean;
}

const restartEngine = (): TurnAction => ({
  label: t("Restart engine"),
  icon: "refresh",
  message: { type: "restartEngine" },
});
const showLog = (): TurnAction => ({ label: t("Show log"), icon: "list", message: { type: "showLog" } });
const chooseModel = (): TurnAction => ({
  label: t("Choose a model"),
  icon: "layers",
  message: { type: "selectModel" },
});
const newChat = (): TurnAction => ({ label: t("New chat"), icon: "file", message: { type: "newChat" } });

/** `modelId`: the chosen model. */
export function turnActions(turn: TurnHead, modelId: string): TurnAction[] {
  if (turn.status === "done" && turn.stopReason === "contextFull") return [newChat()];
  if (turn.status === "done" && turn.stats?.firstAnswer?.stands)
    return [
      { label: t("Think it through"), icon: "thought", message: { type: "retry", turnId: turn.id }, isQuiet: true },
    ];
  const ended = turn.status === "stopped" || turn.status === "failed";
  const cutOff = turn.status === "done" && turn.stopReason === "length";
  if (!ended && !cutOff) return [];
  const actions: TurnAction[] = [];
  if (turn.canContinue)
    actions.push({ label: t("Continue"), icon: "forward", message: { type: "continue", turnId: turn.id } });
  if (ended) actions.push({ label: t("Retry"), icon: "refresh", message: { type: "retry", turnId: turn.id } });
  if (!turn.error) return actions;
  const { code } = turn.error;
  const helpful = errorActions(code, modelId);
  // Without the program, trying again comes to the same.
  return code === "llamaServerMissing" ? [...helpful, ...actions] : [...actions, ...helpful];
}

/** What helps against an error, beyond trying again. */
export function errorActions(code: ErrorCode, modelId: string): TurnAction[] {
  switch (code) {
    case "engineStartFailed":
    case "engineCrashed":
    case "engineGaveUp":
    case "engineRetired":
    case "unauthorized":
    case "protocolMismatch":
      return [restartEngine(), showLog()];
    case "modelNotFound":
    case "modelTruncated":
    case "modelCorrupted":
    case "notGguf":
    case "checksumMismatch":
      return [{ label: t("Download model"), icon: "download", message: { type: "download", modelId } }, chooseModel()];
    case "downloadFailed":
    case "offline":
    case "diskFull":
    case "locked":
      return [{ label: t("Download again"), icon: "download", message: { type: "download", modelId } }, showLog()];
    case "unknownModel":
    case "modelUnsupported":
    case "modelNotLoaded":
    case "outOfMemory":
      return [chooseModel(), showLog()];
    case "promptTooLong":
      return [newChat()];
    case "llamaServerMissing":
      return [{ label: t("Get llama-server"), icon: "download", message: { type: "installLlamaServer" } }];
    case "backendUnavailable":
    case "backendUnreachable":
    case "backendRefused":
    case "backendFailed":
    case "portInUse":
    case "internal":
      return [showLog()];
    case "emptyInput":
    case "binaryInput":
    case "inputTooLarge":
    case "fileNotFound":
    case "unusableAnswer":
    case "usage":
    case "cancelled":
      return [];
  }
}
