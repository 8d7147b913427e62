"""How far the assessment finds the study: goals, and the verdict for each strength of the claim."""
