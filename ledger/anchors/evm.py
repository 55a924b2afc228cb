"""Anchor: a contract on a chain that speaks EVM (`checkpoints.vy`), consortium chains such as FISCO BCOS among them.

Needs the packages of `requirements/evm.in`, in an environment of its own, which the `program` driver reaches. The chain
keeps SHA-256 of the checkpoint's text by log and size; the contract's owner can add, and nobody can change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ledger import notes
from ledger.anchors import AnchorFailed, AnchorInvalid, Receipt

ABI = [
    {
        "type": "function",
        "name": "publish",
        "stateMutability": "nonpayable",
        "inputs": [
            {"name": "origin", "type": "bytes32"},
            {"name": "size", "type": "uint256"},
            {"name": "digest", "type": "bytes32"},
        ],
        "outputs": [],
    },
    {
        "type": "function",
        "name": "digests",
        "stateMutability": "view",
        "inputs": [{"name": "origin", "type": "bytes32"}, {"name": "size", "type": "uint256"}],
        "outputs": [{"name": "", "type": "bytes32"}],
    },
]
SECONDS = 60.0


class EvmAnchor:
    """The contract at address `contract`, over the JSON-RPC address `rpc`; `key_file` holds the owner's key in hex.

    Without `key_file` it can verify and not publish. `provider` stands in for `rpc` in tests.
    """

    def __init__(self, contract: str, rpc: str = "", key_file: str = "", provider: Any = None) -> None:
        from web3 import Web3

        self._web3 = Web3(provider or Web3.HTTPProvider(rpc, request_kwargs={"timeout": 10}))
        self._contract = self._web3.eth.contract(address=Web3.to_checksum_address(contract), abi=ABI)
        self._key_file = key_file

    def publish(self, note: str, *, at: datetime) -> Receipt:
        """Return `{"chain", "contract", "transaction", "block"}` once the transaction is in a block."""
        origin, size, digest = _anchored(note)
        try:
            account = self._web3.eth.account.from_key(Path(self._key_file).read_text("ascii").strip())
            call = self._contract.functions.publish(origin, size, digest)
            nonce = self._web3.eth.get_transaction_count(account.address, "pending")
            signed = account.sign_transaction(call.build_transaction({"from": account.address, "nonce": nonce}))
            sent = self._web3.eth.send_raw_transaction(signed.raw_transaction)
            mined = self._web3.eth.wait_for_transaction_receipt(sent, timeout=SECONDS)
        except Exception as error:  # the libraries of chains raise whatever they like
            raise AnchorFailed(f"{type(error).__name__}: {str(error)[:200]}") from error
        if mined["status"] != 1:
            raise AnchorFailed("the chain rejected the transaction")
        place = {"contract": self._contract.address, "transaction": sent.to_0x_hex(), "block": mined["blockNumber"]}
        return {"chain": self._web3.eth.chain_id, **place}

    def verify(self, note: str, receipt: Mapping[str, Any]) -> datetime:
        """Return the time of the block; the contract must hold the digest, the transaction must be this contract's."""
        origin, size, digest = _anchored(note)
        try:
            same = (self._web3.eth.chain_id, self._contract.address) == (receipt["chain"], receipt["contract"])
            kept = self._contract.functions.digests(origin, size).call()
            mined = self._web3.eth.get_transaction_receipt(receipt["transaction"])
            block = self._web3.eth.get_block(mined["blockNumber"])
        except Exception as error:  # as above
            raise AnchorInvalid(f"{type(error).__name__}: {str(error)[:200]}") from error
        if not same or mined["to"] != self._contract.address or mined["blockNumber"] != receipt["block"]:
            raise AnchorInvalid("the receipt is of another chain, contract or block")
        if bytes(kept) != digest:
            raise AnchorInvalid("the contract holds another checkpoint of this size, or none")
        return datetime.fromtimestamp(block["timestamp"], UTC)


def _anchored(note: str) -> tuple[bytes, int, bytes]:
    """Return what is published: hash of the log's name, size, hash of the checkpoint's text."""
    text = note.rpartition("\n\n")[0] + "\n"
    try:
        checkpoint = notes.parsed_checkpoint(text)
    except notes.BadNote as error:
        raise AnchorInvalid(str(error)) from error
    return hashlib.sha256(checkpoint.origin.encode()).digest(), checkpoint.size, hashlib.sha256(text.encode()).digest()
