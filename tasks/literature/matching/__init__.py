"""Tells which records are of one work: rules over titles, people and identifiers, under the answers of humans."""
