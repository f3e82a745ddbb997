"""What administrators decide about updates."""
