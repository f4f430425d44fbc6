"""Access to the API: who asks, how often they may, and which requests were answered before."""
