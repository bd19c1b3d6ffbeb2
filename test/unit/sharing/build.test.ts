import { expect, test } from "vitest";
import { type EngineBuild, kinship } from "../../../src/sharing/build.ts";

const build = (version: string, more: Partial<EngineBuild> = {}): EngineBuild => ({
  protocolVersion: 2,
  version,
  hash: version,
  ...more,
});

test.each([
  ["the same build", build("1.2.3"), build("1.2.3"), "same"],
  ["an older version", build("1.9.0"), build("1.10.0"), "older"],
  ["fewer parts", build("1.2"), build("1.2.1"), "older"],
  ["a newer version", build("2.0.0"), build("1.10.0"), "other"],
  ["another build of the version", build("1.2.3", { hash: "another" }), build("1.2.3"), "other"],
  ["an older protocol", build("1.2.3", { protocolVersion: 1 }), build("1.2.3"), "older"],
  ["a newer protocol of an older version", build("1.2.2", { protocolVersion: 3 }), build("1.2.3"), "other"],
  ["what was not built", build("development"), build("0.1.0"), "older"],
])("%s is told", (_, found, mine, kind) => {
  expect(kinship(found, mine)).toBe(kind);
});
