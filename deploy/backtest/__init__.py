"""The backtest's edges: reading files, and the models that Halfvol is compared with."""
