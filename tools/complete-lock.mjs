// Adds to package-lock.json the platform packages that the registry in use did not offer (a mirror may hold one
// platform's only): without an entry for each, `npm ci` says that the lock file is out of step.
// npm leaves them out on other systems because of `os` and `cpu`. Run after `npm install`.
import { readFileSync, writeFileSync } from "node:fs";

const lockFile = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(lockFile, "utf8"));
const operatingSystems = {
  win: "win32",
  win32: "win32",
  mac: "darwin",
  darwin: "darwin",
  linux: "linux",
  android: "android",
  freebsd: "freebsd",
  wasm32: "none",
};
const processors = { x64: "x64", arm64: "arm64", armv7l: "arm", riscv64: "riscv64", arm: "arm" };

let added = 0;
for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const place = `node_modules/${name}`;
    if (lock.packages[place] || !/^\d/.test(version)) continue;
    const words = name.split("/").at(-1).split("-");
    const os = words.map((word) => operatingSystems[word]).find(Boolean);
    const cpu = words.map((word) => processors[word]).find(Boolean);
    if (!os || !cpu) continue;
    lock.packages[place] = { version, cpu: [cpu], optional: true, os: [os] };
    added++;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
writeFileSync(lockFile, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`added ${added} platform packages to package-lock.json`);
