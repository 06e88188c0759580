def is_numeral(word):
    rest = word
    for ones in (["MMM", "MM", "M"], *([f"{a}{c}", f"{a}{b}", *(b + a * n for n in (3, 2, 1, 0)), *(a * n for n in (3, 2, 1))] for a, b, c in ("CDM", "XLC", "IVX"))):
        rest = next((rest[len(part) :] for part in ones if rest.startswith(part)), rest)
    return word != "" and rest == ""
