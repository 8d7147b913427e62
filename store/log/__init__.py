"""The event log: its protocol, its codec, its hash chain, and what keeps it."""
