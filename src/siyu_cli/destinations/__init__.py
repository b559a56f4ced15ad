"""Where contact lists go: one file per destination, and the model that checks it. Adding one is adding a file."""
