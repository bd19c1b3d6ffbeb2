/** @param hostname as `URL` gives it. @returns whether it is this machine, which no proxy and no network is between */
export function isLoopbackHost(hostname: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
