"""The computers of this server, for whoever looks after them."""
