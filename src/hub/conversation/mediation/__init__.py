"""What stands between a talk and a language model: typed words, tools by the gate, nothing trusted."""
