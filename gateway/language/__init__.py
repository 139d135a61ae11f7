"""Words of questions and answers: language, grammar, stems. No vocabulary is complete;
what follows from these guesses must be harmless when they are wrong.
"""
