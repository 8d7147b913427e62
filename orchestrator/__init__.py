"""The shell: the only place that wires the record, the agents and the tasks together."""
