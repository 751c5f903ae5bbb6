"""Ways to reach people. A channel is one file here and one line in `registry`."""
