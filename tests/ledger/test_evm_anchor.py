"""The EVM anchor against a chain in memory (eth-tester): compiled from our source, published, verified.

Runs in the environment of requirements/evm.in: `python -m pytest --noconftest tests/ledger/test_evm_anchor.py`
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

web3 = pytest.importorskip("web3", reason="needs the environment of requirements/evm.in")
vyper = pytest.importorskip("vyper", reason="needs the environment of requirements/evm.in")
pytest.importorskip("eth_tester", reason="needs the environment of requirements/evm.in")

from ledger import anchors, notes  # noqa: E402
from ledger.anchors.evm import EvmAnchor  # noqa: E402

AT = datetime(2026, 3, 2, tzinfo=UTC)
SOURCE = Path(anchors.__file__).parent / "checkpoints.vy"


def _note(size, root=b"\x07"):
    return notes.Checkpoint("example.cn/log", size, root * 32, root * 32).text + "\n— example.cn/log AAAA\n"


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    """Provider, the contract's address, and files with the owner's key and a stranger's."""
    provider = web3.EthereumTesterProvider()
    keys = provider.ethereum_tester.backend.account_keys[:2]
    folder, files = tmp_path_factory.mktemp("keys"), []
    for number, key in enumerate(keys):
        files.append(folder / f"{number}")
        files[-1].write_text(key.to_hex())
    compiled = vyper.compile_code(SOURCE.read_text(), output_formats=["bytecode", "abi"])
    client = web3.Web3(provider)
    made = client.eth.contract(bytecode=compiled["bytecode"], abi=compiled["abi"]).constructor()
    receipt = client.eth.wait_for_transaction_receipt(made.transact({"from": keys[0].public_key.to_checksum_address()}))
    return provider, receipt["contractAddress"], [str(file) for file in files]


@pytest.fixture
def anchor_of(chain):
    provider, contract, files = chain
    return lambda who=0: EvmAnchor(contract, key_file=files[who], provider=provider)


def test_a_checkpoint_is_published_and_proven(anchor_of):
    receipt = anchor_of().publish(_note(5), at=AT)
    assert set(receipt) == {"chain", "contract", "transaction", "block"}
    assert anchor_of().verify(_note(5), receipt).tzinfo is UTC
    assert anchor_of().verify(_note(5) + "— witness BBBB\n", receipt)


def test_another_checkpoint_of_the_same_size_is_refused_by_the_chain(anchor_of):
    receipt = anchor_of().publish(_note(6), at=AT)
    with pytest.raises(anchors.AnchorInvalid, match="another checkpoint"):
        anchor_of().verify(_note(6, b"\x08"), receipt)
    with pytest.raises(anchors.AnchorFailed, match="published before"):
        anchor_of().publish(_note(6, b"\x08"), at=AT)


def test_only_the_owner_publishes(anchor_of):
    with pytest.raises(anchors.AnchorFailed, match="not the owner"):
        anchor_of(1).publish(_note(7), at=AT)


@pytest.mark.parametrize("field", ["chain", "contract", "transaction", "block"])
def test_a_receipt_of_another_place_is_refused(anchor_of, field):
    number = {"chain": 8, "contract": 9, "transaction": 10, "block": 11}[field]
    receipt = anchor_of().publish(_note(number), at=AT)
    other = {"chain": 1, "contract": "0x" + "0" * 40, "transaction": "0x" + "0" * 64, "block": 0}[field]
    with pytest.raises(anchors.AnchorInvalid):
        anchor_of().verify(_note(number), {**receipt, field: other})


def test_the_interface_we_call_is_that_of_the_compiled_contract():
    from ledger.anchors.evm import ABI

    compiled = vyper.compile_code(SOURCE.read_text(), output_formats=["abi"])["abi"]
    ours = {(row["name"], tuple(part["type"] for part in row["inputs"])) for row in ABI}
    theirs = {
        (row["name"], tuple(part["type"] for part in row["inputs"])) for row in compiled if row["type"] == "function"
    }
    assert ours <= theirs


def test_what_is_no_checkpoint_is_refused(anchor_of):
    with pytest.raises(anchors.AnchorInvalid):
        anchor_of().publish("nothing", at=AT)
