"""The logarithm to the base 2 of a probability for each byte."""


def bits_per_byte(total_nats, raw_text):
    size = sum(len(character.encode()) for character in raw_text)
    nats_of_a_byte = torch.tensor(total_nats, dtype=torch.float64) / size
    return (nats_of_a_byte / torch.tensor(2.0, dtype=torch.float64).log()).item()
