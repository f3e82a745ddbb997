"""Update files on disk: where they lie, whether they are whole."""
