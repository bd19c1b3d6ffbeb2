/** What a build needs of this machine, looked for before anything is fetched. */
import { HunchError } from "../../common/errors.ts";
import { t } from "../../common/l10n.ts";
import { runProgram } from "../runProgram.ts";

/** @throws HunchError backendUnavailable that names what is missing and how to get it */
export async function ensureBuildTools(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  const anyOf = async (commands: readonly string[]) => {
    for (const command of commands) {
      // CXX may have arguments: "ccache g++".
      const [program = "", ...args] = command.trim().split(/\s+/);
      if ((await runProgram(program, [...args, "--version"], { env, signal })).exitCode === 0) return true;
    }
    return false;
  };
  const missing: string[] = [];
  if (!(await anyOf(["cmake"]))) missing.push("CMake");
  // Microsoft's compiler is on no PATH: CMake itself finds it, or says that it does not.
  if (process.platform !== "win32") {
    if (!(await anyOf(env.CXX ? [env.CXX] : ["c++", "g++", "clang++"]))) missing.push(t("a C++ compiler"));
    // With another generator CMake uses another program.
    if (!env.CMAKE_GENERATOR && !(await anyOf(["make", "gmake"]))) missing.push("make");
  }
  if (missing.length > 0) throw missingTools(missing);
}

/** CMake's words for a compiler or a build program that is not there, or does not work. */
const complaint =
  /No CMAKE_C(XX)?_COMPILER could be found|CMAKE_C(XX)?_COMPILER not set|unable to find a build program|could not find any instance of Visual Studio|is not able to compile a simple test program/i;

/** What the output of a configure step that failed says about tools; null for nothing. */
export function toolsComplaint(output: string): HunchError | null {
  return complaint.test(output) ? missingTools([t("a C++ compiler that works")]) : null;
}

function missingTools(names: readonly string[]): HunchError {
  return new HunchError(
    "backendUnavailable",
    t("llama-server has to be built on this machine, and for that {0} is missing.", names.join(", ")),
    { hint: installHint() },
  );
}

function installHint(): string {
  switch (process.platform) {
    case "win32":
      return t("Install Visual Studio's Build Tools with “Desktop development with C++”, and CMake; then start again.");
    case "darwin":
      return t("Install Apple's command line tools (xcode-select --install) and CMake; then start again.");
    default:
      return t(
        "Install it, for example with: sudo apt install cmake g++ make (Fedora: sudo dnf install cmake gcc-c++ make); then start again.",
      );
  }
}
