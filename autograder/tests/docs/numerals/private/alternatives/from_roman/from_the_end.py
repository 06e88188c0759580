def from_roman(numeral):
    total, largest = 0, 0
    for letter in reversed(numeral):
        value = dict(ROMAN_LETTERS)[letter]
        total += value if value >= largest else -value
        largest = max(largest, value)
    return total
