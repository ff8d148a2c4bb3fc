"""One module per command, or per few that belong together: its arguments, then what it does."""
