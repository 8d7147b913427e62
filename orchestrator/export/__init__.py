"""One cycle as a folder or archive that anybody can check without gonogo: an RO-Crate with an in-toto statement."""
