"""The offline client: the commands of `python -m sealing`, and a page on this machine alone (`ui`).

It listens on the loopback address and connects to nothing.
"""
