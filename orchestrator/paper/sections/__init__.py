"""One module per section of the paper, with `build(history, book)`, pure; `document.py` orders them."""
