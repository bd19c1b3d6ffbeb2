/** Components that are drawn again only when a prop has changed. */
import { Component, type ComponentChildren, type FunctionComponent } from "preact";

function shallowEqual(a: object, b: object): boolean {
  const before = Object.entries(a);
  return (
    before.length === Object.keys(b).length &&
    before.every(([key, value]) => Object.hasOwn(b, key) && Object.is(value, (b as Record<string, unknown>)[key]))
  );
}

/** Objects among the props count by identity: one that changes inside needs a version beside it. */
export function memo<P extends object>(draw: FunctionComponent<P>): new () => Component<P> {
  return class Memo extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      return !shallowEqual(this.props, next);
    }
    override render(props: P): ComponentChildren {
      return draw(props);
    }
  };
}
