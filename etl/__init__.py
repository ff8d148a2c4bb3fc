"""From a clinic's export to the store: read, parse, check, stage, merge, derive, record."""
