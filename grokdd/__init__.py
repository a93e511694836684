"""grokdd: when does training grok, when does it double-descend, and does the pattern-learning model say so in advance?

`grokdd.analytic` derives, `grokdd.simulate` computes, `grokdd.empirical` trains and measures.
"""

__version__ = "0.1.0"
