import type { ErrorData } from "../../common/errors.ts";
import { ActionRow } from "./actionRow.tsx";
import type { TurnAction } from "./actions.ts";
import { Icon } from "./icons.tsx";

/** What went wrong, what to do next, and the buttons that do it. */
export function ErrorCard({ error, actions }: { error: ErrorData; actions: readonly TurnAction[] }) {
  return (
    <div class="card card-error">
      <Icon name="error" />
      <div class="card-body">
        <p class="card-title">{error.message}</p>
        {error.hint && <p>{error.hint}</p>}
        <ActionRow actions={actions} />
      </div>
    </div>
  );
}
