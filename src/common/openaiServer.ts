/** A server with OpenAI's HTTP API, and how it is reached. */

/** How connections have to be made, as the editor's own settings have it. */
export interface NetworkOptions {
  /** "http://proxy:3128"; null for none. This machine is never asked through it. */
  proxy: string | null;
  /** `Proxy-Authorization` for it, in place of a name and password in its address; null: those, if any. */
  proxyAuthorization: string | null;
  /** Hosts that are asked directly, their subdomains too. */
  noProxy: readonly string[];
  /** False: a certificate that nobody vouches for is accepted. */
  strictTls: boolean;
  /** The operating system's certificates count beside Node's own. */
  systemCertificates: boolean;
}

/** A server with OpenAI's HTTP API. */
export interface OpenaiServer {
  kind: "openai";
  /** "http://127.0.0.1:8000" or with a path; nothing is sent anywhere else. */
  endpoint: string;
  /** null: none is sent. */
  apiKey: string | null;
  /** Longest silence of the server (ms); default ten minutes. */
  timeoutMs?: number;
  /** Servers with the same model that take over, in this order, while those before them do not answer. */
  others?: { endpoint: string; apiKey: string | null }[];
  /** Absent: directly, with Node's own certificates. */
  network?: NetworkOptions;
}
