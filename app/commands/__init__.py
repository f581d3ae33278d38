"""The commands of `ruv`, one module a group. Each is imported when it is called, so that help is quick."""
