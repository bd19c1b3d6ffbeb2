/** A button that shows an icon only: its words are in the tooltip, and in the name that a screen reader says. */
import type { RefObject } from "preact";
import { Icon, type IconName } from "./icons.tsx";

interface IconButtonProps {
  icon: IconName;
  /** The tooltip. */
  title: string;
  /** The name, where it has to say more than the tooltip, or less. */
  label?: string;
  class?: string;
  /** It is a switch, and this is its state. */
  pressed?: boolean;
  disabled?: boolean;
  element?: RefObject<HTMLButtonElement | null>;
  onClick(): void;
}

export function IconButton({ icon, title, label, class: more, pressed, disabled, element, onClick }: IconButtonProps) {
  return (
    <button
      ref={element}
      type="button"
      class={more ? `icon-button ${more}` : "icon-button"}
      title={title}
      aria-label={label ?? title}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
