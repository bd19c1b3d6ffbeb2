import { expect, it } from "vitest";
import { precisionAdvice, precisionOf } from "../../../src/models/precision.ts";

it.each([
  ["IQ1_S", "coarse"],
  ["TQ1_0", "coarse"],
  ["TQ2_0", "coarse"],
  ["Q2_K", "coarse"],
  ["IQ2_XXS", "coarse"],
  ["Q3_K_M", "low"],
  ["IQ3_S", "low"],
  ["Q4_0", "usual"],
  ["Q4_K_M", "usual"],
  ["IQ4_NL", "usual"],
  ["MXFP4", "usual"],
  ["Q5_K_M", "usual"],
  ["Q6_K", "usual"],
  ["Q8_0", "high"],
  ["F16", "high"],
  ["BF16", "high"],
  ["F32", "high"],
  ["Z9", null],
  [null, null],
] as const)("%s is %s", (format, precision) => {
  expect(precisionOf(format)).toBe(precision);
  expect(precisionAdvice(format) === null).toBe(precision === "usual" || precision === null);
});
