/** A link in trusted Markdown that runs a command of ours: the only trusted Markdown there is. Pure. */
import type { CommandId } from "../../common/commands.ts";

/** Nothing in `args` ends the link or the command's address. */
export function commandLink(label: string, command: CommandId, ...args: unknown[]): string {
  const encoded = encodeURIComponent(JSON.stringify(args)).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `[${label}](command:${command}?${encoded})`;
}
