"""Maps of attention over several inputs: what in them is fixed, what follows the input, and which keys are sinks."""
