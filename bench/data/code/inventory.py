from dataclasses import dataclass


@dataclass
class Item:
    sku: str
    count: int
    price: float


def load_items(path, separator=","):
    items = []
    with open(path) as handle:
        for line in handle:
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            sku, count, price = line.split(separator)
            items.append(Item(sku, int(count), float(price)))
    return items


def total_value(items):
    total = 0.0
    for item in items:
        total += item.count * item.price
    return total


def restock(items, minimum=5):
    wanted = {}
    for item in items:
        if item.count < minimum:
            wanted[item.sku] = minimum - item.count
    return wanted
