import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type HostInputs, hostIn } from "../../../src/common/thisHost.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hunch-host-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const host = (more: Partial<HostInputs>) => hostIn({ platform: "linux", hostname: "a", idFiles: [], ...more });

test("a machine is told by its identity, whatever it is called, and another by another", () => {
  const idFiles = ["none", "empty", "first", "second"].map((name) => join(folder, name));
  writeFileSync(idFiles[1]!, "uninitialized\n");
  writeFileSync(idFiles[2]!, `${"0123456789abcdef".repeat(2)}\n`);
  writeFileSync(idFiles[3]!, `${"f".repeat(32)}\n`);
  const here = host({ idFiles });
  expect(here).toMatch(/^[0-9a-f]{8}$/);
  expect(host({ idFiles, hostname: "dhcp-17" })).toBe(here);
  expect(host({ idFiles: [idFiles[2]!] })).toBe(here);
  expect(host({ idFiles: [idFiles[3]!] })).not.toBe(here);
});

test("without one it is told by its name, whatever network it is in", () => {
  expect(host({ hostname: "a.home.example" })).toBe(host({ hostname: "a.office.example" }));
  expect(host({ hostname: "b" })).not.toBe(host({ hostname: "a" }));
});

test.each(["darwin", "win32"] as const)(
  "on %s, whose name changes with the network, it is the same always",
  (platform) => {
    expect(host({ platform, hostname: "dhcp-17" })).toBe(host({ platform, hostname: "notebook.local" }));
  },
);
