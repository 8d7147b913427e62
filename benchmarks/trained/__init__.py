"""Whether verdicts are right about transformers that others trained: their weights come in packages of an index."""
