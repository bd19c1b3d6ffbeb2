/**
 * On a desktop the editor's window and the engine are scheduled as processes of one application. Here they would not be:
 * Linux gives each session its share (autogroups), and Playwright starts the browser in a session of its own, so that a
 * priority would mean nothing between them. Within a control group sessions do not count.
 */
import fs from "node:fs";

const group = "/sys/fs/cgroup/cpu/hunch-typing";

/** Moves this process, and so what it starts, into a control group. @returns how they are scheduled, for the report */
export function joinOneGroup() {
  if (process.platform !== "linux") return "as one application";
  try {
    fs.mkdirSync(group, { recursive: true });
    fs.writeFileSync(`${group}/cgroup.procs`, String(process.pid));
    return "as one application";
  } catch {
    return "by session"; // not root, or control groups of version 2
  }
}
