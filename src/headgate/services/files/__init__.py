"""Update files: which are due, fetching them, what approvals wait for, care for what is stored."""
