"""Pages of bidders, and the browser's sealing modules. Must never receive a bidder's private key or plaintext bid."""
