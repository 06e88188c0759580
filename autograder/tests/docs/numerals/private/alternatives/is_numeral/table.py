def is_numeral(word):
    def write(number):
        text = ""
        for value, letters in ROMAN:
            text, number = text + letters * (number // value), number % value
        return text

    return word in {write(number) for number in range(1, 4000)}
