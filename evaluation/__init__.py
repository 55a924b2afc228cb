"""Expert draw, committee, schemes, scores, report. Knows nothing of pages, and nothing of sealed content."""
