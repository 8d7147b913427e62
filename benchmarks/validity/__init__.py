"""Whether verdicts are right about models that training made: members that are sound, and members that collapsed."""
