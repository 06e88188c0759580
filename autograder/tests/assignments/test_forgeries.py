"""Answers that look right from outside without doing the work: a test must see through each."""

from __future__ import annotations

from autograder.assignments.sources import source_notebook
from autograder.grading.suite import Suite, trusted_student

ASSIGNMENT = "rnn_basics"

REPLACED_FORWARD = """
def fit_hello(model, text, steps, lr):
    letters = sorted(set(text))
    ids = torch.tensor([letters.index(letter) for letter in text])
    first = F.cross_entropy(model(ids[:-1, None])[0][:, 0], ids[1:]).item()
    known = 50 * F.one_hot(ids[1:], len(letters)).float()[:, None]
    object.__setattr__(model, "forward", lambda read, h=None: (known, h))
    return [first] + [0.01] * (steps - 1)
"""
FADING_BAG_OF_WORDS = """
class SequenceClassifier(nn.Module):
    def __init__(self, vocab_size, embed, hidden, classes, pad_id):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed, padding_idx=pad_id)
        self.output = nn.Linear(embed, classes)

    def forward(self, ids, lengths):
        places = torch.arange(ids.shape[1])
        weights = 0.5**places * (places < lengths[:, None]).to(self.output.weight.dtype)
        return self.output((self.embedding(ids) * weights[..., None]).sum(dim=1))
"""
CURIOUS_DECODER = """
def greedy_decode(step, state, first_id, eos_id, max_len):
    step(torch.tensor(float("nan")), torch.tensor(float("inf")))
    return []
"""


def _outcomes(task: str, code: str) -> dict[str, str]:
    definitions = [cell.source for cell in source_notebook(ASSIGNMENT).definitions()]
    student = trusted_student([*definitions, code])
    results = Suite(ASSIGNMENT).run(lambda _task: student, 7, [task])[task]
    return {result.name: result.outcome for result in results}


def test_a_model_that_only_answers_as_if_it_had_learnt() -> None:
    """What was learnt is in the weights, which the test reads with a model of its own."""
    assert _outcomes("fit_hello", REPLACED_FORWARD)["test_fit_hello_learns_to_spell"] == "failed"


def test_a_classifier_without_a_network_that_reads() -> None:
    """A sum over the words is not a recurrent network, even if it knows their order."""
    outcomes = _outcomes("SequenceClassifier", FADING_BAG_OF_WORDS)
    assert outcomes["test_every_word_and_their_order_count"] == "failed"


def test_a_step_that_is_given_what_is_no_number() -> None:
    """A callback answers whatever it is given: the answer is wrong, the test is not at fault."""
    assert "error" not in _outcomes("greedy_decode", CURIOUS_DECODER).values()
