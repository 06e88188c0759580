"""Known mistakes in `count_parameters`, `embedding_share` and `oov_rate`."""

from autograder.grading.mistakes import Mistake

_NEW = "{id(p): p.numel() for p in part.parameters() if id(p) not in counted}"
_CHILDREN = "{name: count_new(child) for name, child in module.named_children()}"
_TOTAL = "sum(counts.values()) + own"

PARAMETERS: tuple[Mistake, ...] = (
    Mistake(
        id="C50a",
        task="count_parameters",
        what="Counts a shared tensor for each child that has it.",
        hint="Change a number in the one matrix: does it change in the other one?",
        edits=((" if id(p) not in counted", ""),),
    ),
    Mistake(
        id="C50b",
        task="count_parameters",
        what="The children are right, but the total counts a shared tensor twice.",
        hint="Does `total` hold each tensor once? What is the sum of what your rows say?",
        edits=((_TOTAL, "sum(p.numel() for child in module.children() for p in child.parameters()) + own"),),
    ),
    Mistake(
        id="X701",
        task="count_parameters",
        what="The module's own parameters are missing in the total.",
        hint="Some parameters belong to no child. Who counts them?",
        edits=((_TOTAL, "sum(counts.values())"),),
    ),
    Mistake(
        id="X702",
        task="count_parameters",
        what="Leaves out frozen parameters.",
        hint="Does a number that is not trained take no room?",
        edits=(("if id(p) not in counted}", "if id(p) not in counted and p.requires_grad}"),),
    ),
    Mistake(
        id="X703",
        task="count_parameters",
        what="Counts buffers, too.",
        hint="What does a state dict hold beside the parameters?",
        edits=(
            (
                _NEW,
                "{id(p): p.numel() for p in [*part.parameters(), *part.buffers()] if id(p) not in counted}",
            ),
        ),
    ),
    Mistake(
        id="X704",
        task="count_parameters",
        what="Lists all modules, not only direct children.",
        hint="How deep does `named_modules` go, and how deep `named_children`?",
        edits=(("module.named_children()}", "list(module.named_modules())[1:]}"),),
    ),
    Mistake(
        id="X705",
        task="count_parameters",
        what="Leaves out children without parameters.",
        hint="Which key has a child that has nothing to learn, and with which number?",
        edits=(
            (
                _CHILDREN,
                f"{_CHILDREN}\n    counts = {{name: count for name, count in counts.items() if count}}",
            ),
        ),
    ),
    Mistake(
        id="X706",
        task="count_parameters",
        what="Counts tensors, not the numbers in them.",
        hint="How many parameters has a matrix of 3 rows and 4 columns: 1 or 12?",
        edits=(("p.numel()", "1"),),
    ),
    Mistake(
        id="X707",
        task="count_parameters",
        what="Counts the rows of each tensor.",
        hint="What is `len` of a matrix?",
        edits=(("p.numel()", "len(p)"),),
    ),
    Mistake(
        id="X708",
        task="count_parameters",
        what="Looks only at parameters of the children themselves, not of their children.",
        hint="Where does a child keep the parameters of its own children: is `recurse` on?",
        edits=(("part.parameters()", "part.parameters(recurse=False)"),),
    ),
    Mistake(
        id="X709",
        task="count_parameters",
        what="There is no total.",
        hint="Which key does the docstring ask for beside the children?",
        edits=((f'{{**counts, "total": {_TOTAL}}}', "counts"),),
    ),
    Mistake(
        id="X710",
        task="count_parameters",
        what="Takes tensors of equal shape for the same tensor.",
        hint="Are two matrices the same one because they have the same shape?",
        edits=(
            ("{id(p): p.numel() for p", "{p.shape: p.numel() for p"),
            ("if id(p) not in counted}", "if p.shape not in counted}"),
        ),
    ),
    Mistake(
        id="X711",
        task="count_parameters",
        what="Takes tensors of equal values for the same tensor.",
        hint="Two biases hold the same numbers: are they one tensor?",
        edits=(
            ("{id(p): p.numel() for p", "{str(p.tolist()): p.numel() for p"),
            ("if id(p) not in counted}", "if str(p.tolist()) not in counted}"),
        ),
    ),
    Mistake(
        id="X712",
        task="count_parameters",
        what="The last child that has a shared tensor gets it, not the first.",
        hint="Which of two children that share a tensor does the docstring count it for?",
        edits=(("module.named_children()}", "reversed(list(module.named_children()))}"),),
    ),
    Mistake(
        id="X713",
        task="count_parameters",
        what="The module's own parameters are counted before those of its children.",
        hint="A tensor is the module's own and a child's: for whom does it count?",
        edits=(
            (
                f"counts = {_CHILDREN}\n    own = count_new(module)",
                "own = sum(p.numel() for p in module.parameters(recurse=False))\n"
                "    counted.update(id(p) for p in module.parameters(recurse=False))\n"
                f"    counts = {_CHILDREN}",
            ),
        ),
    ),
)

_LSTM = "sum(4 * hidden * (width + hidden) + 8 * hidden for width in inputs)"
_MATRICES = "vocab_size * embed if tied else vocab_size * (embed + hidden)"

SHARE: tuple[Mistake, ...] = (
    Mistake(
        id="C50c",
        task="embedding_share",
        what="A tied matrix is counted twice.",
        hint="One matrix with two names: how often does it lie in memory?",
        edits=((_MATRICES, "vocab_size * (embed + hidden)"),),
    ),
    Mistake(
        id="C50d",
        task="embedding_share",
        what="The output matrix is forgotten where it is one of its own.",
        hint="If the matrices are not tied, how many are there with a row for each word?",
        edits=((_MATRICES, "vocab_size * embed"),),
    ),
    Mistake(
        id="C50e",
        task="embedding_share",
        what="Tied and untied are exchanged.",
        hint="Has a model more parameters when it is tied, or fewer?",
        edits=(("if tied else", "if not tied else"),),
    ),
    Mistake(
        id="X720",
        task="embedding_share",
        what="The output matrix is taken for one as wide as the embedding.",
        hint="How wide is what the output layer reads?",
        edits=((_MATRICES, "vocab_size * embed * (1 if tied else 2)"),),
    ),
    Mistake(
        id="C52a",
        task="embedding_share",
        what="One bias vector a layer, not two.",
        hint="torch has two biases: what are `bias_ih` and `bias_hh`?",
        edits=(("8 * hidden", "4 * hidden"),),
    ),
    Mistake(
        id="C52b",
        task="embedding_share",
        what="The biases of the LSTM are forgotten.",
        hint="Which parameters of the LSTM are vectors?",
        edits=((" + 8 * hidden", ""),),
    ),
    Mistake(
        id="C52c",
        task="embedding_share",
        what="One gate, as in a plain recurrent network.",
        hint="How many gates are stacked in one matrix of an LSTM, its candidate too?",
        edits=(("4 * hidden * (width + hidden) + 8 * hidden", "hidden * (width + hidden) + 2 * hidden"),),
    ),
    Mistake(
        id="C52d",
        task="embedding_share",
        what="Three gates, as in a GRU.",
        hint="Input, forget, output: is that all that an LSTM computes from what it reads?",
        edits=(("4 * hidden * (width + hidden) + 8 * hidden", "3 * hidden * (width + hidden) + 6 * hidden"),),
    ),
    Mistake(
        id="C52e",
        task="embedding_share",
        what="The recurrent matrix is forgotten.",
        hint="An LSTM reads two things at each step. What is the second one?",
        edits=(("4 * hidden * (width + hidden)", "4 * hidden * width"),),
    ),
    Mistake(
        id="X721",
        task="embedding_share",
        what="Only one layer is counted.",
        hint="What changes in your formula when there are two layers?",
        edits=(("[hidden] * (layers - 1)", "[]"),),
    ),
    Mistake(
        id="X722",
        task="embedding_share",
        what="Every layer is taken to read the embedding.",
        hint="How wide is what the second layer reads?",
        edits=(("[embed] + [hidden] * (layers - 1)", "[embed] * layers"),),
    ),
    Mistake(
        id="X723",
        task="embedding_share",
        what="One layer too many.",
        hint="With one layer, how many of your terms have E in them, and how many have none?",
        edits=(("(layers - 1)", "layers"),),
    ),
    Mistake(
        id="X724",
        task="embedding_share",
        what="The output bias is forgotten among all parameters.",
        hint="What has an output layer beside its matrix?",
        edits=((" + lstm + vocab_size", " + lstm"),),
    ),
    Mistake(
        id="X725",
        task="embedding_share",
        what="The output bias is counted among the matrices.",
        hint="Is a bias a matrix? Read what stands above the line.",
        edits=(
            (
                "return matrices / (matrices + lstm + vocab_size)",
                "return (matrices + vocab_size) / (matrices + lstm + vocab_size)",
            ),
        ),
    ),
    Mistake(
        id="X726",
        task="embedding_share",
        what="Compares the matrices with the rest, not with all.",
        hint="A share of what? Can yours be greater than 1?",
        edits=(("(matrices + lstm + vocab_size)", "(lstm + vocab_size)"),),
    ),
    Mistake(
        id="X727",
        task="embedding_share",
        what="A percentage.",
        hint="A half, is it 0.5 or 50?",
        edits=(("return matrices", "return 100 * matrices"),),
    ),
)

_VOCABULARY = "{word for word, _ in Counter(train_words).most_common(max_vocab)}"
_RATE = "sum(word not in vocabulary for word in test_words) / len(test_words)"

OOV: tuple[Mistake, ...] = (
    Mistake(
        id="X730",
        task="oov_rate",
        what="Counts different words, not occurrences.",
        hint="How often does the reader stumble over a word that stands there three times?",
        edits=((_RATE, "len(set(test_words) - vocabulary) / len(set(test_words))"),),
    ),
    Mistake(
        id="X731",
        task="oov_rate",
        what="Different unknown words, as a share of all occurrences.",
        hint="Do the number above the line and the one below count the same kind of thing?",
        edits=((_RATE, "len(set(test_words) - vocabulary) / len(test_words)"),),
    ),
    Mistake(
        id="X732",
        task="oov_rate",
        what="Ties in alphabetical order.",
        hint="Of two words that are equally frequent, which one is kept: what does the docstring say?",
        edits=(
            (
                _VOCABULARY,
                "set(sorted(set(train_words), key=lambda w: (-train_words.count(w), w))[:max_vocab])",
            ),
        ),
    ),
    Mistake(
        id="X733",
        task="oov_rate",
        what="Of equally frequent words the last ones are kept.",
        hint="What does `reverse=True` do with words that are equal, or which of them did you meet last?",
        edits=(("Counter(train_words)", "Counter(reversed(train_words))"),),
    ),
    Mistake(
        id="X734",
        task="oov_rate",
        what="max_vocab is ignored.",
        hint="How many words may your vocabulary have?",
        edits=(("most_common(max_vocab)", "most_common()"),),
    ),
    Mistake(
        id="X735",
        task="oov_rate",
        what="Keeps room for <unk>.",
        hint="How many special tokens are in this vocabulary?",
        edits=(("most_common(max_vocab)", "most_common(max_vocab - 1)"),),
    ),
    Mistake(
        id="X736",
        task="oov_rate",
        what="One word too many.",
        hint="At most max_vocab: does your comparison let one more in?",
        edits=(("most_common(max_vocab)", "most_common(max_vocab + 1)"),),
    ),
    Mistake(
        id="X737",
        task="oov_rate",
        what="The first words of the text, not the most frequent ones.",
        hint="Which words earn a place: those that come early, or those that come often?",
        edits=((_VOCABULARY, "set(list(dict.fromkeys(train_words))[:max_vocab])"),),
    ),
    Mistake(
        id="X738",
        task="oov_rate",
        what="The vocabulary is made of the text that is measured.",
        hint="When did the vocabulary see the words of the second text?",
        edits=(("Counter(train_words)", "Counter(test_words)"),),
    ),
    Mistake(
        id="X739",
        task="oov_rate",
        what="The share of known words.",
        hint="Which share is small for a large vocabulary: yours?",
        edits=(("word not in vocabulary", "word in vocabulary"),),
    ),
    Mistake(
        id="X740",
        task="oov_rate",
        what="Divides by the words of the training text.",
        hint="A share of which words?",
        edits=(("len(test_words)", "len(train_words)"),),
    ),
    Mistake(
        id="X741",
        task="oov_rate",
        what="Makes all letters small.",
        hint="Are “The” and “the” the same word to a vocabulary?",
        edits=(
            ("Counter(train_words)", "Counter(word.lower() for word in train_words)"),
            ("word not in vocabulary", "word.lower() not in vocabulary"),
        ),
    ),
    Mistake(
        id="X742",
        task="oov_rate",
        what="A percentage.",
        hint="One word of two, is it 0.5 or 50?",
        edits=(("return sum", "return 100 * sum"),),
    ),
    Mistake(
        id="X743",
        task="oov_rate",
        what="Keeps words that occur at least max_vocab times.",
        hint="Is max_vocab the size of the vocabulary, or how often a word has to occur?",
        edits=((_VOCABULARY, "{word for word, n in Counter(train_words).items() if n >= max_vocab}"),),
    ),
)

MISTAKES = PARAMETERS + SHARE + OOV
