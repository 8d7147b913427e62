"""The protocol before it is registered: its file, what is wrong with it, and the effects that it can detect."""
