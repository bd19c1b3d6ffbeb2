import { describe, expect, it } from "vitest";
import { fromErrorData, HunchError, isHunchError, toErrorData } from "../../../src/common/errors.ts";

describe("toErrorData", () => {
  it("keeps code, message and hint", () => {
    const error = new HunchError("offline", "No network.", { hint: "Connect." });
    expect(toErrorData(error)).toEqual({ code: "offline", message: "No network.", hint: "Connect." });
    expect(fromErrorData(toErrorData(error))).toEqual(error);
  });

  it("knows an error of another bundle, whose class is a copy", () => {
    class HunchError extends Error {
      override name = "HunchError";
      code = "diskFull";
      hint = "Make room.";
    }
    const copy = new HunchError("The disk is full.");
    expect(isHunchError(copy)).toBe(true);
    expect(toErrorData(copy)).toEqual({ code: "diskFull", message: "The disk is full.", hint: "Make room." });
  });

  it("reads the data of an error that came from the engine", () => {
    const data = { code: "outOfMemory", message: "Too big.", hint: "Take a smaller one." };
    expect(toErrorData(Object.assign(new Error("-32000"), { data }))).toEqual(data);
  });

  it.each([[new Error("boom")], ["boom"]])("anything else is internal and keeps its message: %s", (error) => {
    expect(toErrorData(error)).toMatchObject({ code: "internal", message: "boom" });
    expect(isHunchError(error)).toBe(false);
  });
});
