"""Recall: what a question asks for, and how much each thing that is remembered answers it."""
