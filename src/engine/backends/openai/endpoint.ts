/** The address of a server as users write it, and the places under it. */
import { HunchError } from "../../../common/errors.ts";
import { isLoopbackHost } from "../../../common/loopbackHost.ts";

export class Endpoint {
  /** Without a slash at the end; with "/v1" where the user named only a host. */
  readonly base: string;
  readonly url: URL;

  /** @throws HunchError usage */
  constructor(text: string) {
    const url = URL.canParse(text.trim()) ? new URL(text.trim()) : null;
    if (!url || !/^https?:$/.test(url.protocol) || url.hostname === "")
      throw new HunchError("usage", `"${text}" is no address of a server.`, {
        hint: "One looks like http://127.0.0.1:8000 or https://api.example.com/v1.",
      });
    if (url.username !== "" || url.password !== "")
      throw new HunchError("usage", "The server's address must not hold a password.", {
        hint: "Give the key by HUNCH_API_KEY, or with “Hunch: Set Server Key”.",
      });
    url.search = "";
    url.hash = "";
    if (url.pathname === "/") url.pathname = "/v1";
    url.pathname = url.pathname.replace(/\/+$/, "");
    this.url = url;
    this.base = url.href;
  }

  /** Of OpenAI's API: "/models". */
  api(path: string): URL {
    return new URL(`${this.base}${path}`);
  }

  /** Of the server itself, beside "/v1": "/props". */
  root(path: string): URL {
    return new URL(`${this.base.replace(/\/v1$/, "")}${path}`);
  }

  get isLoopback(): boolean {
    return isLoopbackHost(this.url.hostname);
  }

  /** What is sent can be read on the way. */
  get isPlain(): boolean {
    return this.url.protocol === "http:" && !this.isLoopback;
  }
}
