"""What the service would refuse, or silently ignore."""
