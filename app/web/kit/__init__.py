"""What every page is made of: the page itself, its form, its controls and words. It knows no slice."""
