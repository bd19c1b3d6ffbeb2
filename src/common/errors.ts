/**
 * The one error type that crosses Hunch's processes. `instanceof` is lost on the way between processes, `code` is not.
 * `message` says what happened, `hint` what the user can do next; both are shown as they are.
 */
import { t } from "./l10n.ts";
export type ErrorCode =
  | "modelNotFound"
  | "notGguf"
  | "modelTruncated"
  | "modelCorrupted"
  | "modelUnsupported"
  | "outOfMemory"
  | "modelNotLoaded"
  | "unknownModel"
  | "downloadFailed"
  | "checksumMismatch"
  | "diskFull"
  | "offline"
  | "locked"
  | "promptTooLong"
  | "unusableAnswer"
  | "emptyInput"
  | "binaryInput"
  | "inputTooLarge"
  | "fileNotFound"
  | "engineStartFailed"
  | "engineCrashed"
  | "engineGaveUp"
  /** A shared engine that takes no new work; the supervisor asks another. */
  | "engineRetired"
  /** The token of a shared engine is wrong. */
  | "unauthorized"
  | "protocolMismatch"
  | "backendUnavailable"
  | "llamaServerMissing"
  | "backendUnreachable"
  | "backendRefused"
  | "backendFailed"
  | "portInUse"
  | "usage"
  | "cancelled"
  | "internal";

export class HunchError extends Error {
  readonly code: ErrorCode;
  /** What to do next, a sentence; empty when there is nothing sensible to say. */
  readonly hint: string;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "HunchError";
    this.code = code;
    this.hint = options.hint ?? "";
  }
}

/** Like `instanceof HunchError`, also for an error made by another bundle, which holds its own copy of the class. */
export function isHunchError(error: unknown): error is HunchError {
  return error instanceof Error && error.name === "HunchError" && "code" in error && "hint" in error;
}

/** The part of an error that is sent between processes and written by `--json`. */
export interface ErrorData {
  code: ErrorCode;
  message: string;
  hint: string;
}

/** Any thrown value as error data; what is not a HunchError becomes `internal` and keeps its message. */
export function toErrorData(error: unknown): ErrorData {
  if (isHunchError(error)) return { code: error.code, message: error.message, hint: error.hint };
  const data = (error as { data?: Partial<ErrorData> } | undefined)?.data;
  const message = error instanceof Error ? error.message : String(error);
  if (data && typeof data.code === "string")
    return { code: data.code, message: data.message ?? message, hint: data.hint ?? "" };
  return { code: "internal", message, hint: t("Show the engine log for details.") };
}

export function fromErrorData(data: ErrorData, cause?: unknown): HunchError {
  return new HunchError(data.code, data.message, { hint: data.hint, cause });
}
