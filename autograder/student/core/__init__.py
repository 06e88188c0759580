"""What everything else stands on: notebooks as data, results, values that travel, and the reader of source code."""
