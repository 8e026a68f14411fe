"""A second opinion, learned from an archive's own past decisions: small, offline, explainable, never the last word.

`training.train` makes one (`opinion.SecondOpinion`); reading and asking it loads nothing of the training.
"""
