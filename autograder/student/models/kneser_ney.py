"""A word n-gram model with interpolated modified Kneser-Ney smoothing (Chen and Goodman 1998): the baselines to beat.

The probability of a word w after a context h of k - 1 words mixes what was counted with what the shorter context says:

    p(w | h) = max(c(h w) - D, 0) / c(h ·) + backoff(h) · p(w | h without its oldest word)

The longest n-grams are counted as they occur. A shorter one counts the different words that stand before it:
"francisco" is frequent, but only after "san", so it is unlikely elsewhere. The discount D depends on whether the
count is 1, 2 or more, and is estimated from how many n-grams have each count. `backoff` hands out exactly what was
discounted, so the probabilities after every context sum to 1. Below the single words lies the uniform distribution.

Text is one continuous stream of ids; a context may reach back over the end of a line, like the state of a network.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Numbers = NDArray[np.float64]
_FALLBACK = (0.5, 1.0, 1.5)  # discounts for a text too small to estimate them from


class _Order(NamedTuple):
    """All k-grams of the text: an id is a position in `keys`, which are sorted."""

    keys: Ids  # id of the first k-1 words, times V, plus the last word
    weights: Numbers  # the discounted share of the last word among all words after the first k-1
    backoffs: Numbers  # by the id of the first k-1 words


class KneserNey:
    """An n-gram model of a text of ids below `vocabulary_size`.

    >>> model = KneserNey([1, 2, 3, 1, 2, 4], order=2, vocabulary_size=5)
    >>> bool(model.distribution([1]).argmax() == 2), round(float(model.distribution([1]).sum()), 6)
    (True, 1.0)
    """

    def __init__(self, ids: Sequence[int] | Ids, order: int, vocabulary_size: int) -> None:
        words = np.asarray(ids, dtype=np.int64)
        if order < 1 or len(words) < order:
            raise ValueError(f"an order between 1 and the {len(words)} words of the text, not {order}")
        if words.min() < 0 or words.max() >= vocabulary_size:
            raise ValueError(f"ids from 0 to {vocabulary_size - 1}")
        self.order = order
        self.vocabulary_size = vocabulary_size
        self._orders = _count(words, order, vocabulary_size)

    def probabilities(self, ids: Sequence[int] | Ids, before: Sequence[int] = ()) -> Numbers:
        """The probability of each id after those that precede it, which are `before` for the first one."""
        words = np.concatenate([np.asarray(before, dtype=np.int64), np.asarray(ids, dtype=np.int64)])
        contexts = [np.zeros(len(words), dtype=np.int64)]  # of no words at all: everything has it
        for order in self._orders[:-1]:
            grams = self._find(order, contexts[-1], words)
            contexts.append(
                np.concatenate([[-1], grams[:-1]])
            )  # what ends here is the context of the next word
        return self._mix(contexts, words)[len(before) :]

    def nats(self, ids: Sequence[int] | Ids, before: Sequence[int] = ()) -> float:
        """The mean of -log p over all ids; its exponential is the perplexity."""
        return float(-np.log(self.probabilities(ids, before)).mean())

    def distribution(self, context: Sequence[int]) -> Numbers:
        """The probabilities of all words after a context, of which the last `order - 1` words count."""
        words = np.arange(self.vocabulary_size)
        contexts = [np.zeros_like(words)]
        for length in range(1, self.order):
            gram = np.array([0 if len(context) >= length else -1])
            for order, word in zip(self._orders, context[len(context) - length :], strict=False):
                gram = self._find(order, gram, np.array([word]))
            contexts.append(np.repeat(gram, self.vocabulary_size))
        return self._mix(contexts, words)

    def _mix(self, contexts: Sequence[Ids], words: Ids) -> Numbers:
        """The formula above from the shortest context, the empty one, to the longest."""
        mixed = np.full(len(words), 1 / self.vocabulary_size)
        for order, context in zip(self._orders, contexts, strict=True):
            gram = self._find(order, context, words)
            weight = np.where(gram >= 0, order.weights[gram], 0.0)
            backoff = np.where(context >= 0, order.backoffs[context], 1.0)
            mixed = weight + backoff * mixed
        return mixed

    def _find(self, order: _Order, context: Ids, words: Ids) -> Ids:
        """The ids of context and word taken together; -1 where the text has no such k-gram."""
        keys = context * self.vocabulary_size + words
        places = np.minimum(np.searchsorted(order.keys, keys), len(order.keys) - 1)
        return np.where((order.keys[places] == keys) & (context >= 0), places, -1)


def _count(words: Ids, n: int, vocabulary_size: int) -> list[_Order]:
    """Every order from 1 to n. A k-gram is known by where it ends, so dropping its oldest word needs no search."""
    keys: list[Ids] = []
    ends: list[Ids] = [np.zeros(len(words) + 1, dtype=np.int64)]  # by position, from the (k-1)-th word on
    firsts: list[Ids] = []  # where each k-gram occurs first
    for k in range(1, n + 1):
        unique, first, inverse = np.unique(
            ends[-1][:-1] * vocabulary_size + words[k - 1 :], return_index=True, return_inverse=True
        )
        keys.append(unique)
        ends.append(inverse)
        firsts.append(first)
    counts = [np.bincount(ends[n], minlength=len(keys[n - 1]))]
    for k in range(n - 1, 0, -1):  # how many different (k+1)-grams end in each k-gram
        shortened = ends[k][firsts[k] + 1]
        counts.insert(0, np.bincount(shortened, minlength=len(keys[k - 1])))
    sizes = [1, *map(len, keys)]
    return [_order(keys[k], counts[k], sizes[k], vocabulary_size) for k in range(n)]


def _order(keys: Ids, counts: Ids, contexts: int, vocabulary_size: int) -> _Order:
    context = keys // vocabulary_size
    discount = np.array([0.0, *_discounts(counts)])[np.minimum(counts, 3)]
    total = np.bincount(context, weights=counts, minlength=contexts)
    held_back = np.bincount(context, weights=discount, minlength=contexts)
    is_seen = total > 0
    backoffs = np.divide(held_back, total, out=np.ones(contexts), where=is_seen)
    weights = np.divide(counts - discount, total[context], out=np.zeros(len(keys)), where=is_seen[context])
    return _Order(keys, weights, backoffs)


def _discounts(counts: Ids) -> tuple[float, ...]:
    """D1, D2 and D3+: what is taken off a count of 1, of 2, and of 3 or more."""
    ones, twos, threes, fours = (int((counts == count).sum()) for count in (1, 2, 3, 4))
    if 0 in (ones, twos, threes, fours):
        return _FALLBACK
    share = ones / (ones + 2 * twos)
    found = (1 - 2 * share * twos / ones, 2 - 3 * share * threes / twos, 3 - 4 * share * fours / threes)
    # Beyond these bounds probabilities would be negative, or unseen words impossible.
    return found if all(0 < discount <= count for count, discount in enumerate(found, 1)) else _FALLBACK
