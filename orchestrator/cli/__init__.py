"""The command line. One command a file; none imports anything heavy before it is called."""
