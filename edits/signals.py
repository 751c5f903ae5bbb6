"""What the facts announce, so that later rooms can follow without being imported here."""

from django.dispatch import Signal

# Sent inside the transaction that stored the counts, with metric (its name) and changes ({project id: months that changed}).
# Receivers that start work elsewhere do so on commit.
counts_changed = Signal()

# Sent when a run that fetched has ended, however it ended, with run and changes ({metric: project ids whose counts changed}).
run_finished = Signal()
