"""Every verb of the product, once. Doors call services, services call storage."""
