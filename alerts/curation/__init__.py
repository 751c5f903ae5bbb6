"""The moderator's work surface: what the alert pages of the admin are made of."""
