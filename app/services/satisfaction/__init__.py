"""Satisfaction with services: asked on a shared device, detached from the person before it is stored."""
