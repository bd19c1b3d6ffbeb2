/** What a question may begin with to be more than a question: "/fix", in the chat and after `@hunch` alike. */

export const slashCommands = ["explain", "fix", "tests", "docs", "bugs"] as const;
export type SlashCommand = (typeof slashCommands)[number];

/** The command that a question begins with, and what follows it; null for a plain question. */
export function readSlashCommand(text: string): { command: SlashCommand; rest: string } | null {
  const match = /^\/([a-z]+)(?:\s+|$)/.exec(text);
  const command = slashCommands.find((candidate) => candidate === match?.[1]);
  return match && command ? { command, rest: text.slice(match[0].length).trim() } : null;
}
