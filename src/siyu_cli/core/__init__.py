"""The one segmentation library: each topic is a .py beside its .sql steps."""
