"""What everything else builds on: notebooks as data, results, values that travel, and the reader of source code."""
