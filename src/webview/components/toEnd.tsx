/** "Latest": brings back the end of a conversation that was scrolled away from it. */
import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import { t } from "../../common/l10n.ts";
import type { FollowEnd } from "../useFollowEnd.ts";
import { Icon } from "./icons.tsx";

interface ToEndProps {
  follow: FollowEnd;
  scroller: RefObject<HTMLElement | null>;
}

export function ToEnd({ follow, scroller }: ToEndProps) {
  const [focused, setFocused] = useState(false);
  // Reached with Tab it scrolls to the end itself: gone then, it would leave the focus nowhere.
  if (follow.following && !focused) return null;
  const go = () => {
    follow.toEnd();
    scroller.current?.focus({ preventScroll: true });
  };
  return (
    <div class="to-end">
      <button
        type="button"
        class="button button-secondary button-small"
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
        onClick={go}
      >
        <Icon name="arrowDown" />
        {t("Latest")}
      </button>
    </div>
  );
}
