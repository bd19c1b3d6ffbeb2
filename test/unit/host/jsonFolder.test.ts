/** Files on a real disk, looked at while they are written: a value's toJSON is called at that moment. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { JsonFolder } from "../../../src/host/jsonFolder.ts";

let root: string;
let errors: unknown[];
let files: JsonFolder;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "hunch-json-"));
  errors = [];
  files = new JsonFolder({ folder: root, onError: (error) => errors.push(error) });
});
afterEach(() => {
  files.dispose();
  rmSync(root, { recursive: true, force: true });
});

/** A value in whose writing `meanwhile` happens. */
const written = (text: string, meanwhile: () => void) => ({
  toJSON: () => {
    meanwhile();
    return text;
  },
});

it("gives what is being written, not the older file, until it is written", async () => {
  files.set("a", "old");
  await files.flush();
  const seen: unknown[] = [];
  const value = written("new", () => seen.push(files.unsaved("a"), files.read("a")));
  files.set("a", value);
  await files.flush();
  expect(seen).toEqual([value, "old"]);
  expect([files.unsaved("a"), files.read("a")]).toEqual([undefined, "new"]);
});

it("gives what was set during the writing, and writes that next", async () => {
  files.set(
    "a",
    written("old", () => files.set("a", "new")),
  );
  await files.flush();
  expect([files.unsaved("a"), files.read("a")]).toEqual(["new", "old"]);
  await files.flush();
  expect([files.unsaved("a"), files.read("a")]).toEqual([undefined, "new"]);
});

it("writes what another file's writing made of a value, and not what it was before", async () => {
  files.set(
    "a",
    written("a", () => {
      files.set("b", "new");
      void files.remove("c");
      void files.remove("d");
      files.set("d", "back");
    }),
  );
  for (const name of ["b", "c", "d"]) files.set(name, "old");
  await files.flush();
  await files.flush();
  expect(["a", "b", "c", "d"].map((name) => files.read(name))).toEqual(["a", "new", undefined, "back"]);
});

it("gives nothing of what is removed during its writing", async () => {
  const seen: unknown[] = [];
  let removed: Promise<void> = Promise.resolve();
  files.set(
    "a",
    written("gone", () => {
      removed = files.remove("a");
      seen.push(files.unsaved("a"));
    }),
  );
  await files.flush();
  await removed;
  expect([...seen, files.unsaved("a"), files.read("a")]).toEqual([undefined, undefined, undefined]);
});

it("gives what could not be written, and writes it when that is possible again", async () => {
  let broken = true;
  const value = written("late", () => {
    if (broken) throw new Error("full");
  });
  files.set("a", value);
  await files.flush();
  expect([files.unsaved("a"), errors]).toEqual([value, [new Error("full")]]);
  broken = false;
  await files.flush();
  expect([files.unsaved("a"), files.read("a")]).toEqual([undefined, "late"]);
});

it("withdraws what it wrote or was about to, and not what another wrote over it", async () => {
  const names = ["waiting", "written", "foreign"];
  for (const name of ["written", "foreign"]) files.set(name, "ours");
  await files.flush();
  const other = new JsonFolder({ folder: root, onError: (error) => errors.push(error) });
  other.set("foreign", "of another");
  await other.flush();
  for (const name of ["waiting", "foreign"]) files.set(name, "ours, too");
  for (const name of names) await files.withdraw(name);
  await files.flush();
  expect(names.map((name) => files.read(name))).toEqual([undefined, undefined, "of another"]);
  expect(errors).toEqual([]);
});
