import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, onTestFinished, test } from "vitest";
// @ts-expect-error a script has no types
import { noticesOf } from "../../../tools/notices.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));

test("the notices have each package of a bundle with its licence", async () => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["src/webview/panel.tsx"],
    ...{ bundle: true, write: false, metafile: true, platform: "browser", outdir: "out" },
    ...{ jsx: "automatic", jsxImportSource: "preact", logLevel: "silent" },
  });
  const notices = noticesOf([metafile], root);
  const bundled = Object.keys(metafile.inputs).flatMap((input) => /node_modules\/([^@/]+)/.exec(input)?.[1] ?? []);
  expect(bundled).toEqual(expect.arrayContaining(["preact", "marked", "highlight.js", "temml"]));
  for (const name of new Set(bundled))
    expect(notices).toMatch(new RegExp(`^${name} \\d\\S* \\([^)]+\\)\\n\\n[\\s\\S]*?(Copyright|The MIT License)`, "m"));
  expect(notices.match(/^preact /gm)).toHaveLength(1);
});

test("packages within packages and of a scope, and one without a file of its licence", () => {
  const folder = mkdtempSync(join(tmpdir(), "hunch-notices-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  const manifest = (name: string, author: unknown) =>
    JSON.stringify({ name, version: "1.2.3", license: "MIT", author });
  write("node_modules/@a/b/package.json", manifest("@a/b", "Ann"));
  write("node_modules/@a/b/LICENSE.md", "Words of b.\n");
  write("node_modules/@a/b/NOTICE", "More words.\n");
  write("node_modules/@a/b/node_modules/c/package.json", manifest("c", { name: "Cem" }));
  const inputs = {
    "src/main.ts": {},
    "node_modules/@a/b/lib/index.js": {},
    "node_modules/@a/b/node_modules/c/index.js": {},
  };
  const notices: string = noticesOf([{ inputs }, { inputs }], folder);
  expect(notices.split("-".repeat(80)).map((notice) => notice.trim())).toEqual([
    "Hunch contains the following packages.\n\n@a/b 1.2.3 (MIT)\n\nWords of b.\n\nMore words.",
    "c 1.2.3 (MIT)\n\nBy Cem; the package has no file of its licence.",
  ]);
});
