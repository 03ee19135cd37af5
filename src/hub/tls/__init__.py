"""TLS for the house: an authority of its own, a certificate for the hub's names, one port for both ways."""
