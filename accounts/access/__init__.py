"""How programs come in: who asks, how often they may, and what they asked before."""
