"""The toolkit of the admin's work surfaces: bulk actions, queues, forms that lose nothing, histories in words."""
