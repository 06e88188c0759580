def from_roman(numeral):
    total = 0
    while numeral:
        value, letters = next(pair for pair in ROMAN if numeral.startswith(pair[1]))
        total, numeral = total + value, numeral[len(letters) :]
    return total
