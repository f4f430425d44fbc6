"""Tables as files that spreadsheet programs open: CSV, and workbooks where the library for them is installed."""
