/** The JSON-RPC connection to an engine; what goes wrong on it goes to the log. */
import * as rpc from "vscode-jsonrpc/node";
import { type LogLevel, logNotification } from "../common/protocol.ts";

export function connect(
  reader: rpc.MessageReader,
  writer: rpc.MessageWriter,
  onLog: (level: LogLevel, message: string) => void,
): rpc.MessageConnection {
  const log = (level: LogLevel) => (message: string) => onLog(level, `channel: ${message.slice(0, 500)}`);
  const logger = { error: log("warn"), warn: log("warn"), info: log("debug"), log: log("debug") };
  const connection = rpc.createMessageConnection(reader, writer, logger);
  connection.onError(([error]) => onLog("debug", `channel: ${error.message}`));
  connection.onNotification(logNotification, ({ level, message }) => onLog(level, message));
  connection.listen();
  return connection;
}

/** Sends what needs no answer, if it still can be sent. */
export async function tell(send: () => Promise<unknown>): Promise<void> {
  try {
    await send();
  } catch {
    // The channel is gone, which the exit reports. Where vscode-jsonrpc knows it already, it throws at once.
  }
}

/** The request failed because the channel or the process is gone, not by the engine's answer. */
export function isChannelError(error: unknown): boolean {
  if (error instanceof rpc.ConnectionError) return true;
  return (
    error instanceof rpc.ResponseError &&
    (error.code === rpc.ErrorCodes.PendingResponseRejected || error.code === rpc.ErrorCodes.MessageWriteError)
  );
}
