import type { UserTurn } from "../../common/panel.ts";
import { memo } from "../memo.tsx";
import { usePanel } from "../panelContext.ts";
import { attachmentName } from "../wording.ts";
import { Icon } from "./icons.tsx";

/** A question, with the code that came along. */
export const UserTurnView = memo(function UserTurnView({ turn }: { turn: UserTurn }) {
  const { post } = usePanel();
  return (
    <article class="turn turn-user">
      <h2 class="visually-hidden">You</h2>
      {turn.attachments.length > 0 && (
        <ul class="chips" aria-label="Attached code">
          {turn.attachments.map((attachment) => {
            const name = attachmentName(attachment);
            return (
              <li key={name.full}>
                <button
                  type="button"
                  class="chip"
                  title={`Open ${name.full}`}
                  onClick={() => post({ type: "openAttachment", attachment })}
                >
                  <Icon name="file" />
                  <span class="chip-name">{name.short}</span>
                </button>
              </li>
            );
          })}
        </ul>
      )}
      <p class="question">{turn.text}</p>
    </article>
  );
});
