"""The monthly report and the one-page outcome statement: results -> content -> PDF, workbook, CSV, JSON.

`results` asks the store, `chapters/` turn results into a neutral content model (content.py), and `pdf`,
`workbook` and `csv_files` render that model. A chapter for a new section is one module and one line in
`chapters/__init__.py`.
"""
