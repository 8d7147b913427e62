"""Statistics of per-image measurements: intervals, effect sizes, tests, power, multiplicity and claims."""
