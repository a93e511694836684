"""When training groks, when it double-descends, and whether the pattern-learning model says so in advance.

`grokdd.analytic` derives, `grokdd.simulate` computes, `grokdd.empirical` trains and measures.
"""

__version__ = "0.1.0"
