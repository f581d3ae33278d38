"""Stories of people who do not exist, lived over HTTP: the one `ruv demo` tells, and those the tests do."""
