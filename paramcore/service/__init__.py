"""The real API as values: requests and replies, the safe way to apply an update, and a service in memory."""
