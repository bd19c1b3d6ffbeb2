/** The engines of a host. They are processes of their own: the one that windows share outlives them by a minute. */
import { readdirSync, readFileSync } from "node:fs";

/** The engine inherits the data folder as its home: that tells the engines of two hosts apart. */
export function enginePids(dataDir) {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        return command.includes("engine.mjs") && readFileSync(`/proc/${pid}/environ`, "utf8").includes(dataDir);
      } catch {
        return false; // it has just ended
      }
    })
    .map(Number);
}

/** @returns how many there still were */
export function killEngines(dataDir) {
  const pids = enginePids(dataDir);
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      if (error.code !== "ESRCH") throw error; // it has just ended
    }
  }
  return pids.length;
}

/** Processor time that a process has used (s). */
export function cpuSeconds(pid) {
  const [, fields = ""] = /\) (.*)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
  const [user, system] = fields.split(" ").slice(11, 13);
  return (Number(user) + Number(system)) / 100;
}
