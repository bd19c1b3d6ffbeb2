/** Which of the machines that have the user's home folder in common this is (Node only). */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";

export interface HostInputs {
  platform: NodeJS.Platform;
  hostname: string;
  /** The system's identity of this machine, in the first of these files that has one. */
  idFiles: readonly string[];
}

/** Eight hexadecimal digits, for names of files and folders. */
export const thisHost = hostIn({
  platform: process.platform,
  hostname: hostname(),
  idFiles: ["/etc/machine-id", "/var/lib/dbus/machine-id"],
});

/**
 * The same for as long as the machine lives: a host name may change with the network. A container without an identity goes
 * by its name.
 */
export function hostIn({ platform, hostname, idFiles }: HostInputs): string {
  // Machines of these with one home folder are rare; all pass for one.
  const isAlone = platform === "darwin" || platform === "win32";
  const name = isAlone ? platform : (machineId(idFiles) ?? hostname.split(".")[0]!);
  return createHash("sha256").update(name).digest("hex").slice(0, 8);
}

function machineId(files: readonly string[]): string | null {
  for (const file of files) {
    try {
      const id = readFileSync(file, "utf8").trim();
      // An image that has not been started yet may say that it has none.
      if (/^[0-9a-f]{32}$/.test(id)) return id;
    } catch {
      // Not of this system.
    }
  }
  return null;
}
