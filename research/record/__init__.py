"""The official record: its tables, their contract, and the `Record` that answers for them."""
