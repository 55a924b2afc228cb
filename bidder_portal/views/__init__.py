"""Views of the bidder portal, one step a file."""
