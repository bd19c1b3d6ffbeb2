import { usePanel } from "../panelContext.ts";
import type { TurnAction } from "./actions.ts";
import { Icon } from "./icons.tsx";

export interface ActionRowProps {
  actions: readonly TurnAction[];
  /** An answer is being written. */
  busy?: boolean;
}

/** Buttons for a few actions; the first is the one most people want. */
export function ActionRow({ actions, busy = false }: ActionRowProps) {
  const { post } = usePanel();
  if (actions.length === 0) return null;
  return (
    <div class="action-row">
      {actions.map(({ label, icon, message, isQuiet }, index) => (
        <button
          key={label}
          type="button"
          class={index === 0 && !isQuiet ? "button" : "button button-secondary"}
          disabled={busy && answers(message)}
          onClick={() => post(message)}
        >
          <Icon name={icon} />
          {label}
        </button>
      ))}
    </div>
  );
}

/** A conversation answers one question at a time. */
function answers({ type }: TurnAction["message"]): boolean {
  return type === "continue" || type === "retry";
}
