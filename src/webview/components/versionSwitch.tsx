/** "‹ 2 / 3 ›": which version of a turn is on screen, and the way to the others. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../../common/l10n.ts";
import type { TurnVersion } from "../../common/panel.ts";
import { usePanel } from "../panelContext.ts";
import { IconButton } from "./iconButton.tsx";

interface VersionSwitchProps {
  turnId: string;
  version: TurnVersion;
  /** An answer is being written: the path stays as it is. */
  busy: boolean;
}

export function VersionSwitch({ turnId, version, busy }: VersionSwitchProps) {
  const { post, announce } = usePanel();
  const group = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    // At the first and at the last version the button that led there can not keep the focus.
    const pressed = group.current?.querySelector(":focus:disabled");
    if (pressed) group.current?.querySelector<HTMLElement>("button:enabled")?.focus();
  });
  const to = (offset: -1 | 1) => {
    post({ type: "switchVersion", turnId, offset });
    announce(t("Version {0} of {1}.", version.number + offset, version.count));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div
      ref={group}
      class="version-switch"
      role="group"
      aria-label={t("Version {0} of {1}", version.number, version.count)}
    >
      <IconButton
        icon="chevronLeft"
        title={t("Version before")}
        disabled={busy || version.number === 1}
        onClick={() => to(-1)}
      />
      <span aria-hidden="true">
        {version.number} / {version.count}
      </span>
      <IconButton
        icon="chevronRight"
        title={t("Version after")}
        disabled={busy || version.number === version.count}
        onClick={() => to(1)}
      />
    </div>
  );
}
