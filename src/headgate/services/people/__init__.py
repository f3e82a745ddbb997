"""Who uses the console: accounts, signing in, sessions."""
