"""What billing prints. Each module turns rows, or a plain value, into a `core.paper.Paper`; nothing here writes."""
