"""Values: frozen JSON, the one check, equality and pointers."""
