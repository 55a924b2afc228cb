"""The evidence bundle of one lot: everything an outsider needs to check it alone (docs/bundle-format.md).

`form` and `container` are pure and shared with the verifier; `writer` streams a bundle; `contents` and `export` read
the installation.
"""
