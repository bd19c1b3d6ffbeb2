/** Which hosts are asked without the proxy. */
import { isLoopbackHost } from "./loopbackHost.ts";

/** Asked without the proxy: this machine, and what `noProxy` excepts, subdomains too; "*" excepts all. */
export function isDirect({ hostname }: URL, noProxy: readonly string[]): boolean {
  if (isLoopbackHost(hostname)) return true;
  return noProxy.some((entry) => {
    const name = entry
      .trim()
      .toLowerCase()
      .replace(/^\*?\./, "");
    return name === "*" || (name !== "" && (hostname === name || hostname.endsWith(`.${name}`)));
  });
}
