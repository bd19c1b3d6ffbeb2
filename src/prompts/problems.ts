/** What an editor reports about code, as the model reads it. */

export type ProblemSeverity = "error" | "warning" | "information" | "hint";

export interface Problem {
  /** 1-based. */
  line: number;
  severity: ProblemSeverity;
  /** Who says so, with its code: "ts 2322"; "" when not known. */
  source: string;
  message: string;
}

/** Characters of one message; type errors of some compilers fill pages. */
const maxMessageLength = 400;

/** "The editor reports:\n- line 12, error (ts 2322): Type 'string' is not …". "" without problems. */
export function describeProblems(problems: readonly Problem[]): string {
  if (problems.length === 0) return "";
  const lines = problems.map((problem) => `- line ${problem.line}, ${reported(problem)}`);
  return ["The editor reports:", ...lines].join("\n");
}

/** A description has this problem, on whatever line it was then. */
export function describes(description: string, problem: Problem): boolean {
  return description.split("\n").some((line) => line.replace(/^- line \d+, /, "") === reported(problem));
}

function reported({ severity, source, message }: Problem): string {
  const text = oneLine(message);
  const cut = text.length > maxMessageLength ? `${text.slice(0, maxMessageLength - 1)}…` : text;
  return `${severity}${source === "" ? "" : ` (${oneLine(source)})`}: ${cut}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
