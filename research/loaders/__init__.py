"""From outside into the record's shape: bulletins, a user's tables, registers of events."""
