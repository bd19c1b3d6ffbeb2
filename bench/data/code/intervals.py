def merge(intervals):
    result = []
    for start, end in sorted(intervals):
        if result and start <= result[-1][1]:
            result[-1][1] = max(result[-1][1], end)
        else:
            result.append([start, end])
    return result


def gaps(intervals, low, high):
    free = []
    position = low
    for start, end in merge(intervals):
        if start > position:
            free.append((position, min(start, high)))
        position = max(position, end)
        if position >= high:
            break
    if position < high:
        free.append((position, high))
    return free


def covers(intervals, point):
    for start, end in merge(intervals):
        if start <= point < end:
            return True
    return False
