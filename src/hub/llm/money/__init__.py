"""What is put aside, counted and limited."""
