"""
Makes src/evaluation/calibration/tasks.json: small questions about code with checkable answers, made for Hunch. The
expected answers come from running the code, so that they are right. usage: python3 tools/calibration.py

Two kinds: `value`, what a call returns; `number`, a question in words whose answer an expression computes. A model that
gets hardly any of them right shows nothing, so some of the first kind are easy.
"""

import json
import pathlib
import textwrap

# One step, or a few that are alike, the easiest first. The results are numbers and lists of them: a string would be wrong for
# want of its quotes, however well it was thought out.
EASY_VALUES = [
    ("def f(a, b):\n    return a * b + 1", "f(4, 5)"),
    ("def f(a, b):\n    if a > b:\n        return a - b\n    return b - a", "f(3, 10)"),
    ("def f(n):\n    return n // 10 + n % 10", "f(57)"),
    ("def f(n):\n    total = 0\n    for i in range(1, n + 1):\n        total += i\n    return total", "f(5)"),
    ("def f(a, b):\n    return [a % b, a // b]", "f(17, 5)"),
    ("def f(xs):\n    return [x for x in xs if x > xs[0]]", "f([3, 5, 1, 4])"),
    ("def f(xs):\n    out = []\n    for x in xs:\n        out.append(x + len(out))\n    return out", "f([5, 5, 5])"),
    ("def f(x):\n    if x > 10:\n        x = x - 10\n    if x > 5:\n        x = x * 2\n    return x", "f(17)"),
    ("def f(n):\n    count = 0\n    while n >= 5:\n        n = n - 3\n        count += 1\n    return count", "f(14)"),
    ("def f(xs, i):\n    xs[i], xs[0] = xs[0], xs[i]\n    return xs", "f([1, 2, 3], 2)"),
    ("def f(word):\n    return word.count('e') * len(word)", "f('letter')"),
    ("def f(bits):\n    total = 0\n    for bit in bits:\n        total = total * 2 + bit\n    return total", "f([1, 0, 1, 1])"),
    ("def f(n):\n    a, b = 0, 1\n    for _ in range(n):\n        a, b = b, a + b\n    return a", "f(7)"),
    ("def f(xs):\n    total = 0\n    for x in xs:\n        total += x if x % 2 == 1 else -1\n    return total", "f([3, 4, 5, 6])"),
    ("def f(xs):\n    return [b - a for a, b in zip(xs, xs[1:])]", "f([2, 5, 6, 10])"),
    ("def f(words):\n    return sum(len(word) for word in words if 'a' in word)", "f(['map', 'tree', 'ants'])"),
    ("def f(steps):\n    x = 1\n    for step in steps:\n        x = x + 2 if step == 'a' else x * 3\n    return x", "f('aab')"),
    ("def f(n):\n    while n % 2 == 0:\n        n = n // 2\n    return n", "f(24)"),
    ("def f(n):\n    total = 0\n    for i in range(n):\n        if i % 3 == 0:\n            total += i\n    return total", "f(10)"),
    ("def f(xs):\n    run = best = 0\n    for x in xs:\n        run = run + 1 if x > 2 else 0\n        best = max(best, run)\n    return best", "f([3, 4, 1, 5])"),
]

VALUES = [
    ("def f(words):\n    return [w[0].upper() + w[1:] for w in words if len(w) > 2]", "f(['to', 'tree', 'sky'])"),
    ("def f(n):\n    steps = 0\n    while n > 1:\n        n = n // 2 if n % 2 == 0 else n + 1\n        steps += 1\n    return steps", "f(11)"),
    ("def f(items):\n    seen = []\n    for item in items:\n        if item in seen:\n            seen.remove(item)\n        else:\n            seen.append(item)\n    return seen", "f([4, 2, 4, 7, 2, 4])"),
    ("def f(text):\n    return text.strip('-').replace('--', '+').split('+')", "f('-a--b-c--')"),
    ("def f(prices, limit):\n    total = 0\n    for price in sorted(prices):\n        if total + price > limit:\n            break\n        total += price\n    return total, limit - total", "f([9, 3, 5, 8], 18)"),
    ("def f(a, b):\n    while b:\n        a, b = b, a % b\n    return a", "f(84, 36)"),
    ("def f(grid):\n    return [sum(column) for column in zip(*grid)]", "f([[1, 2, 3], [4, 5, 6], [0, 1, 0]])"),
    ("def f(s):\n    out = ''\n    for i, c in enumerate(s):\n        out = c + out if i % 2 else out + c\n    return out", "f('lamp')"),
    ("def f(stock, order):\n    for name, count in order.items():\n        stock[name] = stock.get(name, 0) - count\n    return {k: v for k, v in stock.items() if v < 0}", "f({'nut': 5, 'bolt': 1}, {'bolt': 3, 'pin': 2, 'nut': 5})"),
    ("def f(xs):\n    best = xs[0]\n    run = 0\n    for x in xs:\n        run = max(x, run + x)\n        best = max(best, run)\n    return best", "f([2, -5, 3, 4, -1, 2, -9])"),
    ("def f(version):\n    major, minor, patch = (int(p) for p in version.split('.'))\n    if patch == 9:\n        minor, patch = minor + 1, 0\n    else:\n        patch += 1\n    return f'{major}.{minor}.{patch}'", "f('2.3.9')"),
    ("def f(queue, n):\n    for _ in range(n):\n        queue.append(queue.pop(0) + 1)\n    return queue", "f([3, 1, 2], 4)"),
    ("def f(path):\n    parts = []\n    for part in path.split('/'):\n        if part == '..':\n            parts = parts[:-1]\n        elif part not in ('', '.'):\n            parts.append(part)\n    return '/' + '/'.join(parts)", "f('/usr/./lib/../local//bin')"),
    ("def f(xs, k):\n    return xs[-k:] + xs[:-k]", "f(['a', 'b', 'c', 'd', 'e'], 2)"),
    ("def f(text):\n    counts = {}\n    for c in text:\n        counts[c] = counts.get(c, 0) + 1\n    return max(counts, key=counts.get), len(counts)", "f('pepper')"),
    ("def f(n):\n    digits = []\n    while n:\n        n, rest = divmod(n, 3)\n        digits.append(str(rest))\n    return ''.join(reversed(digits))", "f(46)"),
    ("def f(levels):\n    depth = deepest = 0\n    for step in levels:\n        depth += 1 if step == '(' else -1\n        deepest = max(deepest, depth)\n    return deepest, depth == 0", "f('(()((())))')"),
    ("def f(a, b):\n    return sorted(set(a) ^ set(b))", "f([1, 2, 3, 5], [2, 3, 4])"),
    ("def f(log):\n    result = []\n    for line in log:\n        level, _, message = line.partition(': ')\n        if level != 'debug':\n            result.append((level[0], len(message)))\n    return result", "f(['debug: start', 'error: no disk', 'info: done'])"),
    ("def f(xs):\n    i, out = 0, []\n    while i < len(xs):\n        j = i\n        while j < len(xs) and xs[j] == xs[i]:\n            j += 1\n        out.append([xs[i], j - i])\n        i = j\n    return out", "f('aabccc')"),
    ("def f(x, *rest, scale=2):\n    return x * scale + sum(rest[::2])", "f(5, 1, 10, 3, scale=4)"),
    ("def f(table):\n    return {v: k for k, v in table.items()}", "f({'a': 1, 'b': 2, 'c': 1})"),
    ("def f(n):\n    if n < 2:\n        return [n]\n    return f(n // 2) + [n]", "f(13)"),
    ("def f(rows):\n    return sorted(rows, key=lambda r: (-r[1], r[0]))[:2]", "f([('x', 2), ('b', 5), ('a', 5), ('c', 1)])"),
    ("def f(s, width):\n    return [s[i:i + width][::-1] for i in range(0, len(s), width)]", "f('notebook', 3)"),
    ("def f(flags):\n    value = 0\n    for flag in flags:\n        value = value << 1 | flag\n    return value, value & 5", "f([1, 0, 1, 1])"),
    ("def f(xs):\n    try:\n        return [10 // x for x in xs]\n    except ZeroDivisionError:\n        return len(xs)\n    finally:\n        xs.clear()", "f([5, 2, 0])"),
    ("def f(name, names):\n    while name in names:\n        base, _, number = name.rpartition('_')\n        name = f'{base}_{int(number) + 1}'\n    return name", "f('tmp_3', {'tmp_3', 'tmp_4', 'tmp_6'})"),
    ("def f(a, b, c):\n    a, b = b, a\n    b, c = c, b\n    return a - b * c", "f(2, 3, 4)"),
    ("def f(events):\n    on = set()\n    for event in events:\n        on ^= {event}\n    return len(on), 'x' in on", "f(['x', 'y', 'x', 'z', 'y', 'x'])"),
]

NUMBERS = [
    ("A cache holds 64 entries of 48 bytes each and a header of 128 bytes. How many bytes does it take?", "64 * 48 + 128"),
    ("A retry loop waits 2 seconds before the first retry and doubles the wait each time. How many seconds has it waited after 5 retries?", "sum(2 * 2**i for i in range(5))"),
    ("A page shows 25 results. There are 312 results. How many results does the last page show?", "312 % 25"),
    ("A log file grows by 40 lines a minute. It starts with 500 lines, and each time it reaches 1000 lines the oldest 300 are deleted. How many lines does it have after 20 minutes?", "(lambda: [n := 500, [n := (n + 40 - 300 if n + 40 >= 1000 else n + 40) for _ in range(20)]][1][-1])()"),
    ("A test suite has 180 tests. A third of them take 2 seconds each, the others half a second each. How many seconds does the suite take with 4 workers that share the work evenly?", "(60 * 2 + 120 // 2) // 4"),
    ("A nested loop runs i from 1 to 6, and for each i it runs j from i to 6. How often does the inner body run?", "sum(1 for i in range(1, 7) for j in range(i, 7))"),
    ("A hash table with 16 slots doubles its slots as soon as it is more than three quarters full. How many slots does it have after 60 inserts of different keys?", "(lambda s: [[s := s * 2 if n > s * 3 // 4 else s for n in range(1, 61)][-1]][0])(16)"),
    ("An image of 120 by 80 pixels uses 3 bytes a pixel. Each row is padded to a multiple of 64 bytes. How many bytes does the image take?", "-(-120 * 3 // 64) * 64 * 80"),
    ("A pull request adds 340 lines and deletes 95. A second one deletes half of the lines that the first one added and adds 60. By how many lines has the code grown?", "340 - 95 - 170 + 60"),
    ("A semaphore allows 3 jobs at once. 10 jobs take 4 minutes each and start as soon as they may. After how many minutes are all done?", "-(-10 // 3) * 4"),
    ("Binary search halves a sorted array of 1000 elements. How many comparisons does it need at most, one for each halving, until nothing is left?", "(1000).bit_length()"),
    ("A server answers 90 requests a second at 60 % load. The load grows in proportion to the requests. How many requests a second does it answer at 100 % load?", "90 * 100 // 60"),
    ("A build takes 12 minutes. Caching saves a quarter of that, and parallel compilation then halves what is left. How many seconds does the build take now?", "12 * 60 * 3 // 4 // 2"),
    ("A tree has a root with 3 children; each of those has 3 children, and each of those has 2. How many nodes has the tree?", "1 + 3 + 9 + 18"),
    ("Version numbers count 0 to 9 in each of three places, as in 1.4.7. How many releases after 1.4.7 comes 2.0.3?", "203 - 147"),
    ("A team of 5 reviews each change by 2 people other than its author. Each member writes 4 changes a week. How many reviews does each member do a week on average?", "5 * 4 * 2 // 5"),
    ("A rate limiter lets 10 calls through in any 60 seconds. A client makes a call every 4 seconds, beginning at second 0. How many of its calls in the first 60 seconds, second 59 included, are refused?", "len(range(0, 60, 4)) - 10"),
    ("A file of 7 MB is sent in chunks of 256 kB, 1 MB being 1024 kB. Every tenth chunk is sent twice. How many chunks are sent?", "7 * 1024 // 256 + 7 * 1024 // 256 // 10"),
]


def value_task(code: str, call: str) -> dict:
    scope: dict = {}
    exec(code, scope)  # our own code, above
    return {"kind": "value", "code": code, "call": call, "expected": repr(eval(call, scope))}


def number_task(question: str, expression: str) -> dict:
    return {"kind": "number", "question": question, "expected": str(eval(expression))}


def mixed(values: list[dict], numbers: list[dict]) -> list[dict]:
    """The kinds alternate, so that a run that is cut short has seen both."""
    places = [(i / len(some), task) for some in (values, numbers) for i, task in enumerate(some)]
    return [task for _, task in sorted(places, key=lambda place: place[0])]


def tasks() -> list[dict]:
    """Those of the file, in its order."""
    easy, values = ([value_task(*entry) for entry in entries] for entries in (EASY_VALUES, VALUES))
    numbers = [number_task(*entry) for entry in NUMBERS]
    # A task keeps its id, by which its answers are kept: what came later is counted on.
    for i, task in enumerate([*mixed(values, numbers), *easy]):
        task["id"] = f"task-{i + 1}"
    return [{"id": task["id"], **task} for task in mixed(easy + values, numbers)]


def main() -> None:
    target = pathlib.Path(__file__).parent.parent / "src/evaluation/calibration/tasks.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(task, indent=2) for task in tasks()]
    target.write_text("[\n" + textwrap.indent(",\n".join(lines), "  ") + "\n]\n")


if __name__ == "__main__":
    main()
