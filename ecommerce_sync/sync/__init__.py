"""The machine in the middle: receive, work, sweep, resync, preview. Knows the protocols only."""
