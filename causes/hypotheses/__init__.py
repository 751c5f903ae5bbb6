"""The possible explanations, one file each. See docs/adding-a-cause.md."""
