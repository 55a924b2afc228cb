"""Pages of purchasers and agencies. Must never know who fetched a document or bid before the opening."""
