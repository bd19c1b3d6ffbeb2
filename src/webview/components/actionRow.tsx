import { usePanel } from "../panelContext.ts";
import type { TurnAction } from "./actions.ts";
import { Icon } from "./icons.tsx";

/** Buttons for a few actions; the first is the one most people want. */
export function ActionRow({ actions }: { actions: readonly TurnAction[] }) {
  const { post } = usePanel();
  if (actions.length === 0) return null;
  return (
    <div class="action-row">
      {actions.map(({ label, icon, message, isQuiet }, index) => (
        <button
          key={label}
          type="button"
          class={index === 0 && !isQuiet ? "button" : "button button-secondary"}
          onClick={() => post(message)}
        >
          <Icon name={icon} />
          {label}
        </button>
      ))}
    </div>
  );
}
