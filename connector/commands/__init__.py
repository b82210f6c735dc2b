"""The subcommands of `tagih`: thin, one module each; the work is done in the rooms below."""
