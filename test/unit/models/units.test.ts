import { expect, test } from "vitest";
import { formatBytes, formatSeconds } from "../../../src/models/units.ts";

test.each([
  [0, "0 bytes"],
  [1, "1 byte"],
  [999, "999 bytes"],
  [1_000, "1 kB"],
  [999_600, "1.00 MB"],
  [1_234_567, "1.23 MB"],
  [98_362_432, "98.4 MB"],
  [491_400_064, "491 MB"],
  [999_999_999, "1.00 GB"],
  [12_109_566_560, "12.1 GB"],
])("%i bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [-1, "0 s"],
  [0.4, "0 s"],
  [59.4, "59 s"],
  [60, "1 min"],
  [150, "3 min"],
  [3_599, "1 h 0 min"],
  [7_500, "2 h 5 min"],
])("%d s are %s", (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});
