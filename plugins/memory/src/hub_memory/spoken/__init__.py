"""What is said about remembering itself, understood without a language model and done word for word."""
