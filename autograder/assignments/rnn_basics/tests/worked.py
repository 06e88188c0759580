"""The third hint of each task of the first notebook: the same idea, worked on another case.

What stands between backticks with an equals sign is computed by a test, so that it cannot be wrong.
"""

from __future__ import annotations

from collections.abc import Mapping

from autograder.student.core.language import _

WORKED: Mapping[str, str] = {
    "pad_batch": _(
        "Three shelves for 2, 0 and 3 books. All are built as wide as the fullest one, 3; a gap is filled "
        "with an empty box. A note on each shelf says how many books it has: 2, 0, 3. If you count the "
        "boxes that look empty, you are wrong as soon as a book looks like an empty box. If you read the "
        "note, you are right. The shelf without books is 3 gaps, and its note says 0."
    ),
    "packed_batch_sizes": _(
        "Guests stay at a party for 2, 4 and 1 hours. In hour 0 all 3 are there. In hour 1 those who stay "
        "longer than one hour: 2. In hour 2 and in hour 3 there is one guest. These are 4 numbers, as many "
        "as the longest guest stays hours, and `3 + 2 + 1 + 1 = 2 + 4 + 1`. It makes no difference who "
        "came first."
    ),
    "rnn_step": _(
        "One row with x = (1, 2) and h = (3), and one cell with the weights (0.5, -1) for x and (0.2) for h, b = "
        "0.4. Inside the tanh there are three terms: `0.5 · 1 - 1 · 2 + 0.2 · 3 + 0.4 = -0.5`.\n"
        "Which way round does a matrix act? Let W_hh have the rows (0, 1) and (0, 0), and h = (7, 3). By the "
        "equation the first new cell hears `0 · 7 + 1 · 3 = 3` and the second one 0. Turned the other way the "
        "first one hears 0 and the second one 7. Try it: which of the two does your product give?"
    ),
    "rnn_forward": _(
        "A savings account loses half of itself every year, and then a deposit is made. It begins with 8; the "
        "deposits are 2 and 4. After year 1 it has `8 / 2 + 2 = 6`, after year 2 `6 / 2 + 4 = 7`. The balances "
        "are 6 and 7: the 8 from before is not among them, and the last one is 7. With five customers each "
        "balance is a row of five numbers; one still goes from year to year, and never from customer to customer."
    ),
    "rnn_backward": _(
        "An account: y1 = 0.5 · y0 + w · 2, y2 = 0.5 · y1 + w · 4, and the loss is y1 + 10 · y2. Go "
        "backwards. To y2 the loss sends 10. To y1 it sends 1 directly, and more through y2: `1 + 0.5 · 10 "
        "= 6`. To y0 it sends nothing directly, so `0.5 · 6 = 3`. The weight w was used twice, with 2 and "
        "with 4: `6 · 2 + 10 · 4 = 52`.\n"
        "The proof: raise w by 0.01. Then y1 grows by 0.02, y2 by `0.5 · 0.02 + 0.01 · 4 = 0.05`, and the "
        "loss by `0.02 + 10 · 0.05 = 0.01 · 52`. Where there is a tanh in between, its slope is one more "
        "factor on the way."
    ),
    "CharRNN": _(
        "A price list has 5, 7 and 9. The one-hot row (0, 1, 0) times this list is `0 · 5 + 1 · 7 + 0 · 9 "
        "= 7`: it picks one entry, and looking it up gives the same.\n"
        "And the state: a customer who comes back brings the basket of yesterday, and it is filled "
        "further. A customer without a basket gets an empty one, of the same size and kind as all baskets, "
        "one for each customer. Where your model gets no state: how many rows must the new one have, and "
        "which dtype?"
    ),
    "fit_hello": _(
        'The text "abba" has the letters a and b, so it is 0, 1, 1, 0. The model reads 0, 1, 1 and '
        "should answer 1, 1, 0: three questions, and each answer is the number one further on. If it gives "
        "both letters one half, it pays ln 2 each time: `(0.6931 + 0.6931 + 0.6931) / 3 = 0.6931`.\n"
        "In which order? Suppose the gradients of two steps are 4 and 3. If the gradients are not cleared, "
        "the second step is made with `4 + 3 = 7`. If the loss is measured after the update, the first "
        "number of the list is no longer that of the untrained model."
    ),
    "lstm_step": _(
        "A tank holds 10. The forget gate keeps 0.9 of it; -0.5 is offered, and the input gate lets 0.2 of "
        "that in: `0.9 · 10 + 0.2 · -0.5 = 8.9`. This is the new content c, as it is, without a tanh. With "
        "an output gate of 0.5, what is shown is `0.5 · tanh(8.9) = 0.5`. Both are passed on: what is "
        "shown, and the content.\n"
        "The blocks: with H = 2 one row of the sum is (1, 2, 3, 4, 5, 6, 7, 8). Of these i gets 1 and 2, f "
        "gets 3 and 4, g gets 5 and 6, o gets 7 and 8."
    ),
    "lecture_to_torch": _(
        "A train has the cars mail, food, seats, beds; the next station wants mail, food, beds, seats. Nothing "
        "inside of a car changes: the last two change places, each with its label, and the labels are the biases.\n"
        "The columns: H = 2, D = 1, one row of W is (1, 2, 30). It acts on [h, x], with h = (10, 20) and x = "
        "(5): `1 · 10 + 2 · 20 + 30 · 5 = 200`. So 1 and 2 belong to the state, and 30 to the input. A bias of 6 "
        "becomes two numbers whose sum is 6: `6 + 0 = 3 + 3`."
    ),
    "gru_step": _(
        "Paint is mixed: z is the share of the *old* paint. With z = 0.75, the old one 8 and the new one 4 "
        "the mixture is `0.75 · 8 + 0.25 · 4 = 7`.\n"
        "And where does r act? From the input comes 0.3, from the state 2 (each with its bias), and r is "
        "0.5. The proposal is `tanh(0.3 + 0.5 · 2) = 0.8617`. If they were added first and then "
        "multiplied, it would be `tanh(0.5 · (0.3 + 2)) = 0.8178`: r must not touch what comes from the "
        "input."
    ),
    "gru_step_lecture": _(
        "Two cells, h = (2, 4), r = (1, 0), and a row (0.5, 0.25) of W_hn. First r, then the product: `0.5 "
        "· (1 · 2) + 0.25 · (0 · 4) = 1`. First the product, then r of this row: `1 · (0.5 · 2 + 0.25 · 4) "
        "= 2`. In the lecture a closed cell has no effect on *any* row.\n"
        "And z is the share of the *new* state: with z = 0.75, the old one 8 and the new one 4 that gives "
        "`0.25 · 8 + 0.75 · 4 = 5`."
    ),
    "last_states": _(
        "A network that adds up what it has read meets the row 1, 2, 4, padded to 1, 2, 4, 9, 9. Forward "
        "it has, from place to place, 1, 3, 7, and it stops there: at place 2. Backward it begins at the "
        "4: at place 2 it has 4, at place 1 `4 + 2 = 6`, at place 0 `6 + 1 = 7`, and there *it* stops. If "
        "you read the nines, you have `7 + 9 + 9 = 25`.\n"
        "Two rows of lengths 1 and 3 may be sorted in order to be read. What comes out for the short one "
        "must be the first row again. With 2 layers and 2 directions the final states are numbered 0 to 3: "
        "bottom forward, bottom backward, top forward, top backward."
    ),
    "masked_mean": _(
        "The marks of two pupils, in a table with room for three: (2, 4, –) and (3, –, –). The means are "
        "`(2 + 4) / 2 = 3` and `3 / 1 = 3`. If they were divided by the width, they would be `(2 + 4) / 3 "
        "= 2` and `3 / 3 = 1`. The dashes may be anything. If one of them is nan, adding it spoils the "
        "sum, and so does 0 times it: first put a 0 in its place, then add."
    ),
    "SequenceClassifier": _(
        "A network that adds up ids judges the name 1, 2. Its state at the end is `1 + 2 = 3`. In a batch "
        "beside a longer name it is padded to 1, 2, 9, and if you read on, you have `1 + 2 + 9 = 12`: "
        "another name. It does not help that the vector of the padding is 0: a GRU that reads zeros "
        "forgets all the same. The judge must see the 3, however wide the batch is. Which of your "
        "functions does just that?"
    ),
    "SequenceTagger": _(
        "A network that adds up reads 1, 2, 4. Forward it has 1, 3, 7, backward 7, 6, 4. So place 0 gets "
        "(1, 7), place 1 (3, 6) and place 2 (7, 4): each has its own id in both sums, since `1 + 7 - 1 = "
        "7` is the whole row.\n"
        "Now the row stands in a width of 5. If you reverse all five places, you begin with two paddings. "
        "If you do not reverse the result again, place 0 gets what belongs to another place. Which width "
        "has your result if the longest row is shorter than the batch?"
    ),
    "greedy_decode": _(
        "After each number, the next number is the best; the end symbol is 3, and the first input is 0. "
        "Fed 0, best 1: kept. Fed 1, best 2: kept. Fed 2, best 3: the end, not kept. The result is 1, 2. "
        "With `max_len` 1 it is 1. If the first input is a 3, after which 0 is best, the result is 0, 1, "
        "2: it is the *choice* of 3 that ends, not the input. Each call gets the state that the call "
        "before it returned, as a reader goes on at the bookmark."
    ),
    "EncoderDecoder": _(
        "Somebody reads 4, 7 to you, and you write it backwards: 7, 4. When you begin to write you have what you "
        "remember, and the sign to begin. Then you see what you have written: the sign, 7. Never what is still "
        "to come. So the score at place 1 may depend on the sign and on the 7, and on all that was read.\n"
        "If 4, 7 stands in a batch as 4, 7, 0, 0, you must remember 4, 7 and not four numbers: the state at the "
        "end of the *real* row is where the writing begins."
    ),
    "state_gradient_norms": _(
        "A cell that triples its state, two steps, four numbers a state. Then h2 = 9 · h0, so each number "
        "of h0 has the gradient 9, of h1 3, and of h2 itself 1. The norms are `sqrt(4 · 9 · 9) = 18`, "
        "`sqrt(4 · 3 · 3) = 6` and `sqrt(4 · 1 · 1) = 2`: three numbers for two steps.\n"
        "Your function should change nothing else: there is one way to ask autograd that fills the `.grad` "
        "of everything, and one that only returns the gradients. And whose `requires_grad` do you switch "
        "on: that of the tensor you were given, or that of one of your own?"
    ),
    "clip_gradients_": _(
        "Two parameters have the gradients 3 and 4. Together they are one arrow of the length `sqrt(9 + "
        "16) = 5`. If at most 2.5 is allowed, the factor is `2.5 / 5 = 0.5`, and they become 1.5 and 2. "
        "The direction is the same: `1.5 / 2 = 3 / 4`. If each were shortened separately, they would be "
        "2.5 and 2.5, another direction. If 10 were allowed the factor would be 2: that would make them "
        "longer, so nothing is done. What is returned is the 5."
    ),
    "init_recurrent_": _(
        "A GRU with H = 2: the matrix on the state has `3 · 2 = 6` rows of 2 numbers, two rows for each of "
        "r, z and n. The rows (0, 1) and (1, 0) are orthogonal. Six rows of two numbers cannot all be "
        "orthogonal to each other. So initialise one block after the other.\n"
        "The forget gate of an LSTM has two bias vectors, and what counts is the sum. The sum should be 1: "
        "`1 + 0 = 1`. If both are filled, it is `1 + 1 = 2`. In which quarter of the 4H numbers does the "
        "forget gate stand?"
    ),
    "truncated_bptt": _(
        "A bookkeeper adds up 1, 2, 3, 4, 5 in books of two lines. The books have 2, 2 and 1 lines. The "
        "first ends with `1 + 2 = 3`. This *number* is copied into the second, which ends with `3 + 3 + 4 "
        "= 10`, and the third with `10 + 5 = 15`. If each book begins with 0, the ends are 3, 7, 5.\n"
        "From book 2 nobody can turn back the pages of book 1: it is closed. But each book is handed to "
        "the reader complete, before anything is copied out of it, and nothing of the next one is written "
        "until the reader asks for it."
    ),
    "hidden_trace": _(
        'How many a have been read, after each letter of "abca"? 1, 1, 1, 2: four numbers for four '
        "letters, the first one included. If you begin anew at every letter, you get 1, 0, 0, 1, since "
        "nothing was remembered. If you ask only at the end, you get only the 2. You may read letter by "
        "letter and pass on what was counted, or read a, ab, abc, abca from the start each time."
    ),
    "find_cell": _(
        "Temperatures 10, 20, 30 and ice cream 1, 2, 3. The deviations from the means are -10, 0, 10 and -1, 0, "
        "1, so r is `(-10 · -1 + 0 · 0 + 10 · 1) / (sqrt(200) · sqrt(2)) = 1`. Heating bills of 9, 6, 3 have the "
        "deviations 3, 0, -3, and r is `(-10 · 3 + 0 · 0 + 10 · -3) / (sqrt(200) · sqrt(18)) = -1`: just as "
        "close, the other way round. A thermometer that is stuck at 15 has the deviations 0, 0, 0, and there is "
        "nothing to divide by: it must not win, nor stop the search."
    ),
}
