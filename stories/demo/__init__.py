"""Demonstration: a synthetic national register and the story that is told over it."""
