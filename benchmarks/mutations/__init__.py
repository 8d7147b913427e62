"""What catches one changed number in a report, and whether clean reports are left in peace."""
