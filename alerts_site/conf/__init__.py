"""Parts of the settings that hang together and are long enough for a file of their own."""
