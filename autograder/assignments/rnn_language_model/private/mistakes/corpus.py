"""Known mistakes in `Dictionary` and `Corpus`."""

from autograder.grading.mistakes import Mistake

# What the edits replace.
_NUMBER = "self.word2idx[word] = len(self.idx2word)"
_NEXT = f"{_NUMBER}\n            self.idx2word.append(word)\n"
_IF_NEW = "if word not in self.word2idx:"
_ADD_UNK = '        self.add_word("<unk>")\n'
_ENCODED = "return [self.word2idx.get(word, 0) for word in words]"
_DECODED = "return [self.idx2word[number] for number in ids]"
_LENGTH = "return len(self.idx2word)\n        ### END"
_KNOWN = "return word in self.word2idx"
_RETURN_ID = "return self.word2idx[word]"
_INSTANCE = "self.word2idx: dict[str, int] = {}\n        self.idx2word: list[str] = []"

_DICTIONARY: tuple[Mistake, ...] = (
    Mistake(
        id="B02a",
        task="Dictionary",
        what="Ids start at 1: the number is taken after the word was appended.",
        hint="Round-trip one word. What is the first id of a list, and when do you ask for its length?",
        edits=((_NEXT, f"self.idx2word.append(word)\n            {_NUMBER}\n"),),
    ),
    Mistake(
        id="B02b",
        task="Dictionary",
        what="A new dictionary is empty: the first word added becomes id 0, and passes for the unknown one.",
        hint="Which word has id 0 before anything was added? Who adds it?",
        edits=((_ADD_UNK, ""),),
    ),
    Mistake(
        id="B02c",
        task="Dictionary",
        what="idx2word is off by one: decoding gives the word before.",
        hint="Round-trip one word: is idx2word[word2idx[word]] that word?",
        edits=((_DECODED, "return [self.idx2word[number - 1] for number in ids]"),),
    ),
    Mistake(
        id="X501",
        task="Dictionary",
        what="A word that is known is appended again, and gets a new id.",
        hint="Add the same word twice. How long is the dictionary, and how long should it be?",
        edits=((_IF_NEW, "if True:"),),
    ),
    Mistake(
        id="X502",
        task="Dictionary",
        what="Encoding adds the words that are not known.",
        hint="How long is the dictionary before a text is encoded, and after it?",
        edits=((_ENCODED, "return [self.add_word(word) for word in words]"),),
    ),
    Mistake(
        id="X503",
        task="Dictionary",
        what="Encoding a word that is not known raises KeyError.",
        hint="What does `[]` do for a key that is not there? Which id has a word that nobody knows?",
        edits=((_ENCODED, "return [self.word2idx[word] for word in words]"),),
    ),
    Mistake(
        id="X504",
        task="Dictionary",
        what="Encoding drops the words that are not known.",
        hint="Encode three words, one of them unknown. How many ids should there be?",
        edits=((_ENCODED, "return [self.word2idx[word] for word in words if word in self.word2idx]"),),
    ),
    Mistake(
        id="X505",
        task="Dictionary",
        what="A word that is not known is encoded as None.",
        hint="What does `get` return for a word that is not there, if it is told nothing else?",
        edits=((_ENCODED, "return [self.word2idx.get(word) for word in words]"),),
    ),
    Mistake(
        id="X506",
        task="Dictionary",
        what="Unknown words get the next free id, one past the end of the list.",
        hint="Decode what you encoded. Which word has the id of an unknown one?",
        edits=((_ENCODED, "return [self.word2idx.get(word, len(self.idx2word)) for word in words]"),),
    ),
    Mistake(
        id="X507",
        task="Dictionary",
        what="All dictionaries share their words: the containers belong to the class, not to the instance.",
        hint="Make two dictionaries and add a word to one. What does the other one know? Where are the two made?",
        edits=(
            (_INSTANCE, "pass"),
            (
                "    def __init__(self) -> None:",
                "    word2idx = {}\n    idx2word = []\n\n    def __init__(self) -> None:",
            ),
        ),
    ),
    Mistake(
        id="X508",
        task="Dictionary",
        what="add_word returns nothing.",
        hint="What comes back from a function without `return`?",
        edits=((_RETURN_ID, "pass"),),
    ),
    Mistake(
        id="X509",
        task="Dictionary",
        what="add_word returns an id for new words only.",
        hint="Which lines run when the word is known already? What is returned then?",
        edits=((f"        {_RETURN_ID}", f"            {_RETURN_ID}"),),
    ),
    Mistake(
        id="X510",
        task="Dictionary",
        what="The length leaves out “<unk>”.",
        hint="Is “<unk>” a word of the vocabulary? Which is the greatest id, and how many ids are there up to it?",
        edits=((_LENGTH, "return len(self.idx2word) - 1\n        ### END"),),
    ),
    Mistake(
        id="X511",
        task="Dictionary",
        what="decode returns one joined string.",
        hint="Of which type is the result that is asked for: the words, or a sentence?",
        edits=((_DECODED, 'return " ".join(self.idx2word[number] for number in ids)'),),
    ),
    Mistake(
        id="X512",
        task="Dictionary",
        what="Words are changed to lower case.",
        hint="Are “N” and “n” the same word? Who asked for another one?",
        edits=((_IF_NEW, f"word = word.lower()\n        {_IF_NEW}"),),
    ),
    Mistake(
        id="X513",
        task="Dictionary",
        what="encode returns a tensor.",
        hint="Of which type is the result that is asked for?",
        edits=((_ENCODED, "return torch.tensor([self.word2idx.get(word, 0) for word in words])"),),
    ),
    Mistake(
        id="X514",
        task="Dictionary",
        what="Takes id 0 for “not known”: “<unk>” itself is added again.",
        hint="Which truth value has the id 0? Add “<unk>” once more and look at the length.",
        edits=((_IF_NEW, "if not self.word2idx.get(word):"),),
    ),
    Mistake(
        id="X515",
        task="Dictionary",
        what="Every call of add_word takes a number, also for words that are known: the ids have gaps.",
        hint="Add one word twice, then another one. Which ids were given, and which one to nobody?",
        edits=(
            (
                _IF_NEW,
                f'self.calls = getattr(self, "calls", -1) + 1\n        {_IF_NEW}',
            ),
            (_NUMBER, "self.word2idx[word] = self.calls"),
        ),
    ),
    Mistake(
        id="X516",
        task="Dictionary",
        what="`in` asks whether the id differs from 0: “<unk>” is not in its own dictionary.",
        hint="Is “<unk>” in the dictionary? What does your line say of the word whose id is 0?",
        edits=((_KNOWN, "return self.word2idx.get(word, 0) != 0"),),
    ),
    Mistake(
        id="X517",
        task="Dictionary",
        what="`in` looks for an id, not for a word.",
        hint="What stands on the left of `in`: a word, or a number?",
        edits=((_KNOWN, "return word in range(len(self.idx2word))"),),
    ),
    Mistake(
        id="X518",
        task="Dictionary",
        what="add_word returns the length of the dictionary after the word was added.",
        hint="Which id has the last word of a list of three? Which number is its length?",
        edits=((_RETURN_ID, "return len(self.idx2word)"),),
    ),
    # Last: with the right hash seed it may answer as any other mistake does.
    Mistake(
        id="B03a",
        task="Dictionary",
        what="Built from a set: the order of the ids depends on the hash seed.",
        hint="Run it in two fresh processes. Are the ids the same? Which order does a set have?",
        edits=(
            (
                "self.idx2word.append(word)",
                'self.idx2word = ["<unk>", *({*self.idx2word, word} - {"<unk>"})]\n'
                "            self.word2idx = {word: number for number, word in enumerate(self.idx2word)}",
            ),
        ),
    ),
)

# Corpus
_COUNT = "counts = Counter(word for line in train_lines for word in line.split())"
_ADD_EOS = '        self.dictionary.add_word("<eos>")\n'
_WORDS = "words = [word for word, _ in counts.most_common() if word not in self.dictionary]"
_CUT = "words[: max_vocab - len(self.dictionary)]"
_IDS = 'ids = [number for line in lines for number in self.dictionary.encode([*line.split(), "<eos>"])]'
_TENSOR = "return torch.tensor(ids, dtype=torch.int64)"
_TEXTS = "to_ids(train_lines), to_ids(valid_lines), to_ids(test_lines)"
_FLAT = "number for line in lines for number in self.dictionary.encode"

_END = (
    "How many line ends are there, and how many ids are “<eos>” in your tensor? What does an empty line give?"
)
_SPLIT = "What does `split` do without an argument, and what with one? Where would two spaces show it?"

_CORPUS: tuple[Mistake, ...] = (
    Mistake(
        id="B04a",
        task="Corpus",
        what="No “<eos>” at the ends of lines.",
        hint=_END,
        edits=((_IDS, f"ids = [{_FLAT}(line.split())]"),),
    ),
    Mistake(
        id="B04b",
        task="Corpus",
        what="One “<eos>” at the end of the text instead of one a line.",
        hint=_END,
        edits=((_IDS, f'ids = [*({_FLAT}(line.split())), *self.dictionary.encode(["<eos>"])]'),),
    ),
    Mistake(
        id="B04c",
        task="Corpus",
        what="Empty lines are skipped, their “<eos>” with them.",
        hint=_END,
        edits=((_IDS, f'ids = [{_FLAT}([*line.split(), "<eos>"] if line.split() else [])]'),),
    ),
    Mistake(
        id="B04d",
        task="Corpus",
        what="“<eos>” stands at the beginning of each line.",
        hint="Which word should the model predict after the last word of a line? Where does “<eos>” stand, then?",
        edits=((_IDS, f'ids = [{_FLAT}(["<eos>", *line.split()])]'),),
    ),
    Mistake(
        id="B04e",
        task="Corpus",
        what="“<eos>” stands between the lines only: the last line has none.",
        hint=_END,
        edits=((_TENSOR, "return torch.tensor(ids[:-1], dtype=torch.int64)"),),
    ),
    Mistake(
        id="B04f",
        task="Corpus",
        what="“<eos>” is set only where a line has a newline.",
        hint="Does a line end only where a newline says so? The lines come with one or without.",
        edits=((_IDS, f'ids = [{_FLAT}([*line.split(), *["<eos>"] * line.count("\\n")])]'),),
    ),
    Mistake(
        id="B06a",
        task="Corpus",
        what="Words of the valid and test text enter the vocabulary while these are read.",
        hint="May the model know test words? How long is the dictionary before the valid text is read, and after?",
        edits=(
            (
                _IDS,
                "ids = [self.dictionary.word2idx.get(w, 0) if lines is train_lines else self.dictionary.add_word(w)\n"
                '                   for line in lines for w in [*line.split(), "<eos>"]]',
            ),
        ),
    ),
    Mistake(
        id="B06b",
        task="Corpus",
        what="A word that is not in the vocabulary raises KeyError.",
        hint="Which id has a word of the valid text that the training text never had?",
        edits=(
            (
                _IDS,
                'ids = [self.dictionary.word2idx[w] for line in lines for w in [*line.split(), "<eos>"]]',
            ),
        ),
    ),
    Mistake(
        id="B06c",
        task="Corpus",
        what="The words of all three texts are counted for the vocabulary.",
        hint="May the model know test words? Which text decides what is frequent?",
        edits=(("line in train_lines", "line in [*train_lines, *valid_lines, *test_lines]"),),
    ),
    Mistake(
        id="B06d",
        task="Corpus",
        what="The words of the training and the valid text are counted for the vocabulary.",
        hint="May the model know words of the text that it is judged by? Which text decides what is frequent?",
        edits=(("line in train_lines", "line in [*train_lines, *valid_lines]"),),
    ),
    Mistake(
        id="B07a",
        task="Corpus",
        what="max_vocab does not count the two specials.",
        hint="How long is the dictionary with max_vocab 10? Which words besides the frequent ones are in it?",
        edits=((_CUT, "words[:max_vocab]"),),
    ),
    Mistake(
        id="B07b",
        task="Corpus",
        what="One place too few: words at the very threshold are lost.",
        hint="How long is the dictionary with max_vocab 10? “At most” or “less than”?",
        edits=((_CUT, "words[: max_vocab - len(self.dictionary) - 1]"),),
    ),
    Mistake(
        id="B07c",
        task="Corpus",
        what="One place too many: “<unk>” is forgotten in the count.",
        hint="How long is the dictionary with max_vocab 10? “At most” or “less than”?",
        edits=((_CUT, "words[: max_vocab - 1]"),),
    ),
    Mistake(
        id="B07d",
        task="Corpus",
        what="Keeps the words that stand at least twice, whatever max_vocab says.",
        hint="What decides whether a word is in the vocabulary: how often it stands, or how many stand more often?",
        edits=((_CUT, "[word for word in words if counts[word] >= 2]"),),
    ),
    Mistake(
        id="X520",
        task="Corpus",
        what="The specials that stand in the text are counted among the most frequent words and take places.",
        hint="How long is the dictionary if the text itself says “<unk>”? Which entries do you cut off?",
        edits=((_WORDS, "words = [word for word, _ in counts.most_common(max_vocab - 2)]"), (_CUT, "words")),
    ),
    Mistake(
        id="X521",
        task="Corpus",
        what="Line ends are counted as words, so that “<eos>” gets its place by frequency: its id is not 1.",
        hint="Which id does “<eos>” have, and which one should it have whatever the text?",
        edits=(
            (_COUNT, 'counts = Counter(w for line in train_lines for w in [*line.split(), "<eos>"])'),
            (_ADD_EOS, ""),
        ),
    ),
    Mistake(
        id="X522",
        task="Corpus",
        what="Among equally frequent words the alphabet decides.",
        hint="Two words are equally frequent, one place is left. Which one appears first in the text?",
        edits=(("counts.most_common()", "sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))"),),
    ),
    Mistake(
        id="X523",
        task="Corpus",
        what="Among equally frequent words the last one to appear wins.",
        hint="Two words are equally frequent, one place is left. What does `reverse=True` do to equal ones?",
        edits=(("counts.most_common()", "sorted(counts.items(), key=lambda pair: pair[1])[::-1]"),),
    ),
    Mistake(
        id="X524",
        task="Corpus",
        what="The words are numbered in the order of their first appearance, not of their frequency.",
        hint="The right words are in the dictionary. In which order should they be, and in which are they?",
        edits=((f"for word in {_CUT}", f"for word in sorted({_CUT}, key=list(counts).index)"),),
    ),
    Mistake(
        id="X525",
        task="Corpus",
        what="The first words of the text make the vocabulary, however rare they are.",
        hint="Which words are worth an id of their own? What do you know of how often each one stands?",
        edits=(("counts.most_common()", "counts.items()"),),
    ),
    Mistake(
        id="X526",
        task="Corpus",
        what="The rarest words make the vocabulary.",
        hint="Which end of the sorted list do you keep?",
        edits=(("counts.most_common()", "sorted(counts.items(), key=lambda pair: pair[1])"),),
    ),
    Mistake(
        id="X527",
        task="Corpus",
        what="max_vocab is ignored.",
        hint="Which of your lines reads max_vocab?",
        edits=((_CUT, "words"),),
    ),
    Mistake(
        id="X528",
        task="Corpus",
        what="Splits at single spaces: tabs and newlines stay in the words, two spaces make an empty one.",
        hint=_SPLIT,
        edits=(
            (_COUNT, _COUNT.replace("split()", 'split(" ")')),
            (_IDS, _IDS.replace("split()", 'split(" ")')),
        ),
    ),
    Mistake(
        id="X529",
        task="Corpus",
        what="Strips the line and splits it at single spaces: tabs stay in the words, two spaces make an empty one.",
        hint=_SPLIT,
        edits=(
            (_COUNT, _COUNT.replace("split()", 'strip().split(" ")')),
            (_IDS, _IDS.replace("split()", 'strip().split(" ")')),
        ),
    ),
    Mistake(
        id="X530",
        task="Corpus",
        what="Knows ASCII white space only.",
        hint="Which kinds of white space are there beyond space and tab? What does `split` without an argument know?",
        edits=(
            (
                _COUNT,
                _COUNT.replace("line.split()", '__import__("re").findall(r"[^ \\t\\r\\n\\f\\v]+", line)'),
            ),
            (_IDS, _IDS.replace("line.split()", '__import__("re").findall(r"[^ \\t\\r\\n\\f\\v]+", line)')),
        ),
    ),
    Mistake(
        id="X531",
        task="Corpus",
        what="Words are changed to lower case: the N of numbers becomes another word.",
        hint="The lines are folded already. Which word do you make of N?",
        edits=(
            (_COUNT, _COUNT.replace("line.split()", "line.lower().split()")),
            (_IDS, _IDS.replace("line.split()", "line.lower().split()")),
        ),
    ),
    Mistake(
        id="X532",
        task="Corpus",
        what="Punctuation is cut off the words, or away altogether.",
        hint="The lines are prepared already: is a word of punctuation a word?",
        edits=(
            (_COUNT, _COUNT.replace("line.split()", '__import__("re").findall(r"\\w+", line)')),
            (_IDS, _IDS.replace("line.split()", '__import__("re").findall(r"\\w+", line)')),
        ),
    ),
    Mistake(
        id="X533",
        task="Corpus",
        what="The text is cut into letters, not into words.",
        hint="What does a loop over a string give: words?",
        edits=(
            (_COUNT, _COUNT.replace("line.split()", "line.strip()")),
            (_IDS, _IDS.replace("line.split()", "line.strip()")),
        ),
    ),
    Mistake(
        id="X534",
        task="Corpus",
        what="Unknown words are left out of the texts.",
        hint="How many ids has a line of five words, one of them unknown? What should the model read in its place?",
        edits=(
            (
                _IDS,
                'ids = [n for line in lines for n in self.dictionary.encode([*line.split(), "<eos>"]) if n]',
            ),
        ),
    ),
    Mistake(
        id="X536",
        task="Corpus",
        what="A text without lines becomes a tensor of floats.",
        hint="Of which type is a tensor made of an empty list? Could you say the type yourself?",
        edits=((_TENSOR, "return torch.tensor(ids)"),),
    ),
    Mistake(
        id="X535",
        task="Corpus",
        what="The tensors are of a floating type.",
        hint="Of which type is a tensor of ids? Could an embedding look up number 2.0?",
        edits=((_TENSOR, "return torch.Tensor(ids)"),),
    ),
    Mistake(
        id="X537",
        task="Corpus",
        what="The tensors are int32.",
        hint="Of which integer type are ids everywhere in this course?",
        edits=((_TENSOR, "return torch.tensor(ids, dtype=torch.int32)"),),
    ),
    Mistake(
        id="X538",
        task="Corpus",
        what="The texts stay lists.",
        hint="What should `.train` be: a list, or a tensor?",
        edits=((_TENSOR, "return ids"),),
    ),
    Mistake(
        id="X539",
        task="Corpus",
        what="One tensor for each line.",
        hint="Is the text one long sequence, or many short ones?",
        edits=(
            (
                _TENSOR,
                'return [torch.tensor(self.dictionary.encode([*line.split(), "<eos>"])) for line in lines]',
            ),
        ),
    ),
    Mistake(
        id="X540",
        task="Corpus",
        what=".valid and .test are swapped.",
        hint="In which order do the three texts come, and in which do you unpack them?",
        edits=((_TEXTS, "to_ids(train_lines), to_ids(test_lines), to_ids(valid_lines)"),),
    ),
    Mistake(
        id="X541",
        task="Corpus",
        what="All corpora share one dictionary.",
        hint="Make two corpora. Where is the dictionary of the second one made?",
        edits=(
            (
                "self.dictionary = Dictionary()",
                "Corpus.shared = self.dictionary = getattr(Corpus, 'shared', None) or Dictionary()",
            ),
        ),
    ),
    Mistake(
        id="X542",
        task="Corpus",
        what="The caller's lists are emptied, or made longer.",
        hint="Who else may still need the lines? Which of your lines changes a list that was given to you?",
        edits=((_IDS, f"{_IDS}\n            lines[:] = [line.strip() for line in lines]"),),
    ),
    Mistake(
        id="X543",
        task="Corpus",
        what="A literal “<unk>” or “<eos>” in the text gets a further id of its own.",
        hint="How often does your list of words hold “<eos>”? Which id should one in the text have?",
        edits=(
            (_WORDS, "words = [word for word, _ in counts.most_common()]"),
            (
                "            self.dictionary.add_word(word)\n\n",
                "            self.dictionary.word2idx[word] = len(self.dictionary.idx2word)\n"
                "            self.dictionary.idx2word.append(word)\n\n",
            ),
        ),
    ),
    # Last: with the right hash seed it may answer as any other mistake does.
    Mistake(
        id="B03b",
        task="Corpus",
        what="The vocabulary goes through a set: its order depends on the hash seed.",
        hint="Run it in two fresh processes. Are the ids the same? Which order does a set have?",
        edits=((f"for word in {_CUT}", f"for word in set({_CUT})"),),
    ),
)

MISTAKES: tuple[Mistake, ...] = (*_DICTIONARY, *_CORPUS)
