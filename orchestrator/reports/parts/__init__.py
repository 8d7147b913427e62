"""Parts that several sections show, each with its view and the builder of it. Pure."""
