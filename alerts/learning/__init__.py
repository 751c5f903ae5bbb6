"""What the decisions of moderators teach: how often alerts were right, and which rules would have spared them the wrong ones.

precision   how often alerts were right, by detector, severity, size and direction
candidates  stricter rules to try
proposals   those of a wiki or a family that drop dismissed alerts and keep every explained one
"""
