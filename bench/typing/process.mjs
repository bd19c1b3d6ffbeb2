/** The engine's process from outside: its priority, to measure what that is good for, and whether it computes. Linux only. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setPriority } from "node:os";

/** Raising it takes root. @param niceness of all threads, 0 as the editor's; those that they start have it too */
export function setNiceness(pid, niceness) {
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      setPriority(Number(thread), niceness);
    } catch (error) {
      if (error.info?.code !== "ESRCH") throw error; // one that lived for a single pass has ended
    }
  }
}

/** Needs chrt(1). @param policy "--idle" or "--other", of all threads; those that they start have it too */
export function setScheduling(pid, policy) {
  execFileSync("chrt", ["--all-tasks", policy, "--pid", "0", String(pid)]);
}

/** Processor time that it has used (hundredths of a second): the fields utime and stime of proc(5). */
export function processorTime(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}
