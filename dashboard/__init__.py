"""From counts to answers: statistics, summaries, sentences, charts, pages and the command line."""
