"""What is known of the literature: records, works, questions about them, and what was decided on each."""
