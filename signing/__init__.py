"""Signed documents: PDF with PAdES B-T and a round seal as the appearance of the signature."""
