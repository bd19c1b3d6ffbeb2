import { Emitter } from "../../../src/common/emitter.ts";

/** Stands for VS Code's own, for tests that mock the module. */
export class EventEmitter<T> {
  readonly #emitter = new Emitter<T>();
  readonly event = this.#emitter.on;
  fire(value: T): void {
    this.#emitter.fire(value);
  }
  dispose(): void {}
}
