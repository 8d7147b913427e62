"""The assessment: the study's rule, applied to the evidence and to nothing else."""
