"""What break_workspace.py is made of: source view, kinds of breakage, compile checks, choice."""
