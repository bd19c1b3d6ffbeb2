/** Which link targets of a model's answer may be offered at all: those that the host opens, which VS Code asks about. */
import { decodeEntities } from "./entities.ts";

const allowedProtocols: ReadonlySet<string> = new Set(["http:", "https:"]);

/** The target as a full address, or null when it is relative, malformed or of another protocol. */
export function safeHref(href: string): string | null {
  try {
    const url = new URL(decodeEntities(href));
    return allowedProtocols.has(url.protocol) ? url.href : null;
  } catch {
    // Not an absolute address: shown as text, there is nothing it could be relative to.
    return null;
  }
}
