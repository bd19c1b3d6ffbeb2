/** Numbers below 2^24 at three bytes each: tokens and positions, the bulk of the index, at three quarters of the size. */
export class Packed24 {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  static ofLength(length: number): Packed24 {
    return new Packed24(new Uint8Array(length * 3));
  }

  get length(): number {
    return this.bytes.length / 3;
  }

  get(index: number): number {
    const { bytes } = this;
    const at = index * 3;
    return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
  }

  set(index: number, value: number): void {
    const { bytes } = this;
    const at = index * 3;
    bytes[at] = value;
    bytes[at + 1] = value >>> 8;
    bytes[at + 2] = value >>> 16;
  }
}
