/** A question that begins with a slash command, in the chat or after `@hunch`: its task, and the code that is about. */
import { readSlashCommand, type SlashCommand } from "../../common/slashCommands.ts";
import { codeInQuestion, type EditorCode } from "../../host/editor.ts";
import { diagnosticsIn, toProblem } from "../../host/problems.ts";
import type { TaskKind } from "../../prompts/compose.ts";
import { describeProblems } from "../../prompts/problems.ts";
import { taskCode } from "./askedCode.ts";
import type { AttachedCode, Question } from "./conversation.ts";
import { codeEditor } from "./pageActions.ts";

/** The manifest and the completion of the chat are checked against it by a test and by the compiler. */
export const slashTasks: Readonly<Record<SlashCommand, TaskKind>> = {
  explain: "explain",
  fix: "fix",
  tests: "tests",
  docs: "docs",
  bugs: "findBugs",
};

export interface SlashText {
  command: SlashCommand;
  /** What the user wrote after it; may be empty. */
  rest: string;
  /** What the conversation shows. */
  text: string;
}

/** What a question says of its task by a command at its beginning. */
export function taskIn(text: string): Pick<Question, "task" | "question"> | undefined {
  const slash = readSlashCommand(text);
  return slash ? { task: slashTasks[slash.command], question: slash.rest } : undefined;
}

/**
 * @param subject the code that is meant; where it and `others` are missing, the definition around the cursor
 * @throws HunchError when there is no code, or none that can be asked about
 */
export async function slashQuestion(
  { command, rest, text }: SlashText,
  subject: EditorCode | null,
  others: readonly AttachedCode[],
): Promise<Question> {
  const task = slashTasks[command];
  const about = subject ?? (others.length === 0 ? await codeInQuestion(codeEditor()) : null);
  if (!about) return { task, text, question: rest, code: others };
  const problems = task === "fix" ? diagnosticsIn(about.document.uri, about.range).map(toProblem) : [];
  return {
    task,
    text,
    question: rest,
    problems: describeProblems(problems),
    ...taskCode(about, others, { callers: task === "explain" }),
  };
}
