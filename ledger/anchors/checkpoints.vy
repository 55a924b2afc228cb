# pragma version >=0.4.0
"""
@title Checkpoints of evidence logs
@notice Keeps one digest for each log and size, for ever: the owner may add, nobody may change or remove.
"""

event Anchored:
    origin: indexed(bytes32)
    size: indexed(uint256)
    digest: bytes32

owner: public(address)
digests: public(HashMap[bytes32, HashMap[uint256, bytes32]])


@deploy
def __init__():
    self.owner = msg.sender


@external
def publish(origin: bytes32, size: uint256, digest: bytes32):
    """
    @param origin SHA-256 of the log's name
    @param size How many entries the checkpoint covers
    @param digest SHA-256 of the checkpoint's text
    """
    assert msg.sender == self.owner, "not the owner"
    assert self.digests[origin][size] == empty(bytes32), "published before"
    self.digests[origin][size] = digest
    log Anchored(origin=origin, size=size, digest=digest)
