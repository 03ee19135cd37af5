"""What becomes of entries in idle time: talks are condensed, twins become one, the old goes."""
