import { isLoopbackHost } from "./loopbackHost.ts";

/** The addresses in the setting `endpoint` and the option `--endpoint`: one server, or several with the same model. */
export function splitEndpoints(text: string): string[] {
  return text.split(/[\s,]+/).filter((address) => address !== "");
}

/** Of these addresses the hosts that are not this machine, with their ports: what is asked may be sent there. */
export function hostsElsewhere(addresses: readonly string[]): string[] {
  const urls = addresses.filter((address) => URL.canParse(address)).map((address) => new URL(address));
  return urls.filter(({ host, hostname }) => host !== "" && !isLoopbackHost(hostname)).map(({ host }) => host);
}
