"""What a person sees and is asked: lines, questions, pages, a list to pick from; and how a command ends."""
