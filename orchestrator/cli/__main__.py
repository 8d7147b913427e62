"""`python -m orchestrator.cli`: the same as `gonogo`."""

from orchestrator.cli.main import main

main()
