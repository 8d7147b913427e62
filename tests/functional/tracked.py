"""A study that tracks literature, and its files of records."""

from __future__ import annotations

STUDY = """
[study]
name = "literature"
question = "Does attention collapse in small models?"
claim = "It does"

[[models]]
id = "clip-tiny"
family = "clip"
name = "tiny"
weights = "random"

[data]
source = "shapes"
n = 8
captions_per_image = 1

[diagnostics]
nulls = 0

[decision]
metric = "mcs_norm"
null = 0.5
threshold = 0.7
at_least = 1

[literature]
files = ["a.bib", "b.ris"]
recall = 0.9

[[literature.concepts]]
name = "collapse"
terms = ["entropy collapse"]

[literature.rules]
first_year = 2015

[literature.criteria]
off-topic = "Not about attention."

[paper]
page_limit = 8
"""
BIB = """
@article{a, title={Learning Transferable Visual Models From Natural Language Supervision},
  author={Radford, Alec and Kim, Jong Wook}, year=2021, eprint={2103.00020}, archiveprefix={arXiv}}
@inproceedings{b, title={Learning transferable visual models from natural language supervision},
  author={Radford, A. and Kim, J. W.}, year=2021, booktitle={ICML}}
@inproceedings{c, title={Stabilizing Training by Preventing Attention Entropy Collapse}, author={Zhai, Shuangfei},
  year=2023, booktitle={ICML}}
@article{d, title={An Old Paper}, author={Old, Anna}, year=1999}
@article{e, author={Nobody}, year=2009}
"""
RIS = "TY  - JOUR\nTI  - Vision transformers need registers\nAU  - Darcet, T.\nPY  - 2024\nER  - \n"
