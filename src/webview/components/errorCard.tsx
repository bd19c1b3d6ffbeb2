import type { ErrorData } from "../../common/errors.ts";
import { ActionRow, type ActionRowProps } from "./actionRow.tsx";
import { Icon } from "./icons.tsx";

/** What went wrong, what to do next, and the buttons that do it. */
export function ErrorCard({ error, ...row }: ActionRowProps & { error: ErrorData }) {
  return (
    <div class="card card-error">
      <Icon name="error" />
      <div class="card-body">
        <p class="card-title">{error.message}</p>
        {error.hint && <p>{error.hint}</p>}
        <ActionRow {...row} />
      </div>
    </div>
  );
}
