/** Around each turn: one that can not be drawn is shown as plain text, and takes nothing else of the panel with it. */
import type { ComponentChildren } from "preact";
import { useErrorBoundary, useRef } from "preact/hooks";
import { usePanel } from "../panelContext.ts";
import type { TurnModel } from "../store.ts";

interface TurnBoundaryProps {
  turn: TurnModel;
  children: ComponentChildren;
}

export function TurnBoundary({ turn, children }: TurnBoundaryProps) {
  const { failed } = usePanel();
  /** Another version in this place is drawn as ever. */
  const failedId = useRef<string | null>(null);
  useErrorBoundary((thrown) => {
    failedId.current = turn.id;
    failed(thrown);
  });
  if (failedId.current !== turn.id) return <>{children}</>;
  return (
    <article class="turn markdown" data-turn={turn.id}>
      <div class="plain">{turn.role === "user" ? turn.text : turn.answer.text()}</div>
    </article>
  );
}
