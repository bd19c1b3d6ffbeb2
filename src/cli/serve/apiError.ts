/** Errors as OpenAI's API has them: an HTTP status and `{"error": {message, type, code}}`. */
import { type ErrorCode, toErrorData } from "../../common/errors.ts";

export type ApiErrorType = "invalid_request_error" | "authentication_error" | "rate_limit_error" | "server_error";

export class ApiError extends Error {
  readonly status: number;
  readonly type: ApiErrorType;
  readonly code: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    type: ApiErrorType,
    message: string,
    options: { code?: string; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "ApiError";
    this.status = status;
    this.type = type;
    this.code = options.code ?? null;
    this.headers = options.headers ?? {};
  }

  get body(): { error: { message: string; type: ApiErrorType; code: string | null } } {
    return { error: { message: this.message, type: this.type, code: this.code } };
  }
}

/** The request can not be done as it is: status 400. */
export function badRequest(message: string, code?: string): ApiError {
  return new ApiError(400, "invalid_request_error", message, { code });
}

/** What clients know these failures as; every other one is the server's. */
const clientErrors: Partial<Record<ErrorCode, string>> = {
  promptTooLong: "context_length_exceeded",
  emptyInput: "empty_prompt",
};

/** Any thrown value; a HunchError keeps its words and its advice. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const { code, message, hint } = toErrorData(error);
  const text = hint ? `${message} ${hint}` : message;
  const known = clientErrors[code];
  if (known) return new ApiError(400, "invalid_request_error", text, { code: known, cause: error });
  // The engine starts anew, so the same request may work in a moment; what is a defect of ours will not.
  const status = code === "internal" ? 500 : 503;
  return new ApiError(status, "server_error", text, { code, cause: error });
}
