/** A real HTTP server on loopback that serves one file, well or badly. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface SeenRequest {
  url: string;
  range: string | undefined;
  ifRange: string | undefined;
}

export interface FileServer {
  /** `http://127.0.0.1:PORT` */
  origin: string;
  requests: SeenRequest[];
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers the first request with the first answer and so on; the last answer serves all further ones. */
export async function fileServer(...answers: Answer[]): Promise<FileServer> {
  const requests: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const { url = "", headers } = request;
    requests.push({ url, range: headers.range, ifRange: headers["if-range"]?.toString() });
    answers[Math.min(requests.length, answers.length) - 1]!(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** An address on which nothing listens. */
export async function deadOrigin(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

interface ServeOptions {
  etag?: string;
  /** false: Range is ignored. */
  ranges?: boolean;
  headers?: Record<string, string>;
  /** What happens after so many bytes of the body instead of the rest. */
  breakOff?: { afterBytes: number; by: "drop" | "stall" | ((resume: () => void) => unknown) };
}

/** Serves the file as servers do: Range and If-Range, with Content-Length. */
export function serve(
  content: Buffer,
  { etag = '"v1"', ranges = true, headers = {}, breakOff }: ServeOptions = {},
): Answer {
  return (request, response) => {
    const ifRange = request.headers["if-range"];
    const wanted = ranges && (!ifRange || ifRange === etag) ? /^bytes=(\d+)-$/.exec(request.headers.range ?? "") : null;
    const start = wanted ? Number(wanted[1]) : 0;
    if (wanted && start >= content.length) {
      response.writeHead(416, { "content-range": `bytes */${content.length}` }).end();
      return;
    }
    const body = content.subarray(start);
    response.writeHead(wanted ? 206 : 200, {
      "content-length": body.length,
      ...(etag ? { etag } : {}),
      ...(wanted ? { "content-range": `bytes ${start}-${content.length - 1}/${content.length}` } : {}),
      ...headers,
    });
    if (!breakOff) {
      response.end(body);
      return;
    }
    const { afterBytes, by } = breakOff;
    response.write(body.subarray(0, afterBytes), () => {
      if (by === "drop") response.destroy();
      else if (by !== "stall") by(() => response.end(body.subarray(afterBytes)));
    });
  };
}

export function status(code: number, headers: Record<string, string> = {}): Answer {
  return (_, response) => {
    response.writeHead(code, headers).end();
  };
}
