"""The command line: one file per noun, all commands on one screen in main."""
