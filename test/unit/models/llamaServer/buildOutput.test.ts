import { expect, test } from "vitest";
import { BuildOutput, builtShare } from "../../../../src/models/llamaServer/buildOutput.ts";

test.each([
  ["[  5%] Building CXX object ggml/ggml.cpp.o", 0.05],
  ["[100%] Built target llama-server", 1],
  ["[52/208] Building C object ggml/ggml.c.o", 0.25],
  ["-- [1/2] looked for OpenMP", null],
  ["[0/0] nothing", null],
  ["ninja: no work to do.", null],
])("%s", (line, share) => {
  expect(builtShare(line)).toBe(share);
});

test("lines that come in pieces are read whole, and progress never goes back", () => {
  const told: number[] = [];
  const output = new BuildOutput((ratio) => told.push(ratio));
  for (const piece of ["[ 1", "0%] A\n[ 10%] B\n[  5%] C\n", "[ 20%] D"]) output.add(piece);
  expect(told).toEqual([0.1]);
  output.add("\n");
  expect(told).toEqual([0.1, 0.2]);
});

test("the reason is the first error with what follows it, else the last line", () => {
  const output = new BuildOutput();
  output.add(
    "[ 1%] Building\nmain.cpp:1:5: error: 'x' was not declared\n    1 | x;\n      | ^\nmake: *** [a] Error 1\n",
  );
  expect(output.reason()).toBe("main.cpp:1:5: error: 'x' was not declared 1 | x; | ^");
  const quiet = new BuildOutput();
  quiet.add("one\nkilled.\n\n");
  expect(quiet.reason()).toBe("killed");
  expect(new BuildOutput().reason()).toBe("no message");
});

test("a full disk is an error of the file system", () => {
  const output = new BuildOutput();
  expect(output.diskFull()).toBeNull();
  output.add("/usr/bin/ld: final link failed: No space left on device\n");
  expect(output.diskFull()).toMatchObject({ code: "ENOSPC" });
});
