"""Pages of a person: registering her, her record, its history and her relatives."""
