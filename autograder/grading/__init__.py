"""From the bytes of a submission to its result: read, repair, execute, test, score; one by one or many."""
