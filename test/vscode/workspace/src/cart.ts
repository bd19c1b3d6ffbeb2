export interface Item {
  name: string;
  price: number;
  quantity: number;
}

/** Every third piece of the same item is free. */
export function total(items: Item[]): number {
  let sum = 0;
  for (const item of items) {
    const free = Math.floor(item.quantity / 3);
    sum += item.price * (item.quantity - free);
  }
  return sum;
}

export class Cart {
  private readonly items = new Map<string, Item>();

  add(item: Item): void {
    const known = this.items.get(item.name);
    if (known) known.quantity += item.quantity;
    else this.items.set(item.name, { ...item });
  }

  get total(): number {
    return total([...this.items.values()]);
  }
}
