import { expect, it } from "vitest";
import { bars } from "../../../src/evaluation/bars.ts";

const widths = (picture: string) =>
  [...picture.matchAll(/<rect x="[\d.]+" y="[\d.]+" width="([\d.]+)"/g)].map((found) => Number(found[1]));

it("bars are as long as their values, by the scale of their group", () => {
  const group = (name: string, values: number[], most?: number) => ({
    name,
    bars: values.map((value) => ({ label: `${name} ${value}`, value, shown: `${value} <s>` })),
    ...(most && { most }),
  });
  const picture = bars("title", [group("own", [1, 2]), group("same", [1, 2], 4), group("same", [4], 4)]);
  const [one, two, quarter, half, whole] = widths(picture);
  expect(two).toBeCloseTo(2 * one!, 0);
  expect(half).toBeCloseTo(2 * quarter!, 0);
  expect(whole).toBeCloseTo(4 * quarter!, 0);
  expect(two).toBeGreaterThan(half!);
  expect(picture).toContain("own 2");
  expect(picture).toContain("2 &lt;s>");
});

it("names what bars are held against once, as long as it stays where it is", () => {
  const group = (name: string, most: number) => ({
    name,
    bars: [{ label: "a", value: 1, low: 0.5, high: 1.5, shown: "1" }],
    marks: [{ value: 2, label: "aim" }],
    most,
  });
  const named = (picture: string) => picture.split(">aim<").length - 1;
  expect(named(bars("", [group("x", 3), group("y", 3)]))).toBe(1);
  expect(named(bars("", [group("x", 3), group("y", 4)]))).toBe(2);
});
