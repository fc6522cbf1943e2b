Route #1: 1 0 3 2
Cost: 214
