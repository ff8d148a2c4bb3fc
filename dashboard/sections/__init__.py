"""Further answers beside the recovery curve, one module a topic.

Each module holds a frozen result, a function `(connection, asked) -> result`, and `document(result)`, its
form in `summary --json`.
"""
