"""The C part against the Python one, which the specification's examples prove."""

import random
import shutil
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.wire import xpress, xpress_native
from headgate.wire.xpress import BLOCK_SIZE, XpressReader

ROOT = Path(__file__).parents[3]
NOISE = random.Random(20261121).randbytes(40_000)

needs_library = pytest.mark.skipif(
    shutil.which("cc") is None and not xpress_native.available(),
    reason="there is no C compiler here, so this build has no library",
)


def read(body: bytes) -> bytes:
    reader = XpressReader()
    text = reader.feed(body)
    reader.close()
    return text


@needs_library
@pytest.mark.parametrize(
    ("text", "block"),
    [
        # the two examples of [MS-XCA] 3.1
        (
            b"abcdefghijklmnopqrstuvwxyz",
            None,  # does not shrink, so it stands there as it is
        ),
        (b"abc" * 100, bytes.fromhex("ffffff1f61626317000fff2601")),
    ],
)
def test_the_examples_of_the_specification(text: bytes, block: bytes | None) -> None:
    written = text if block is None else block

    body = xpress_native.compress(text)

    assert body == struct.pack("<ii", len(text), len(written)) + written


@needs_library
@settings(deadline=None)
@given(
    st.lists(
        st.binary(max_size=40)
        | st.integers(1, 6000).map(lambda count: b"ab" * count)
        | st.integers(0, 20_000).map(lambda size: NOISE[:size]),
        max_size=20,
    ).map(b"".join)
)
def test_every_text_comes_back(text: bytes) -> None:
    assert read(xpress_native.compress(text)) == text


@needs_library
@pytest.mark.parametrize(
    "size", [0, 1, 2, 3, 31, 32, 33, BLOCK_SIZE - 1, BLOCK_SIZE, BLOCK_SIZE + 1]
)
@pytest.mark.parametrize("byte", [b"a", b"<int>1</int>"])
def test_texts_at_the_edges_of_blocks_come_back(size: int, byte: bytes) -> None:
    text = (byte * size)[:size]

    assert read(xpress_native.compress(text)) == text


@needs_library
def test_what_does_not_shrink_is_stored_as_it_is() -> None:
    body = xpress_native.compress(NOISE)

    assert len(body) == len(NOISE) + 8 * 3
    assert struct.unpack_from("<ii", body) == (BLOCK_SIZE, BLOCK_SIZE)


@needs_library
def test_it_packs_as_tightly_as_the_python_part() -> None:
    text = b"".join(b"<UpdateIdentity>%d</UpdateIdentity>" % number for number in range(3000))

    assert len(xpress_native.compress(text)) < len(xpress.compress(text)) * 1.05


@pytest.mark.parametrize("compiler", ["cc", "/bin/false"])
def test_a_wheel_has_the_library_only_where_it_can_be_compiled(
    compiler: str, tmp_path: Path
) -> None:
    """A build without a compiler is a plain package, and works."""
    if shutil.which("cc") is None and compiler == "cc":
        pytest.skip("there is no C compiler here")
    copy = tmp_path / "source"
    shutil.copytree(
        ROOT,
        copy,
        ignore=shutil.ignore_patterns(
            ".git", ".venv", "tests", "build", "dist", "docs", "_xpress.*"
        ),
    )

    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, copy],
        check=True,
        capture_output=True,
        env={"PATH": "/usr/bin:/bin", "CC": compiler},
    )

    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert ("headgate/wire/_xpress.native" in names) == (compiler == "cc")
    assert wheel.name.endswith("py3-none-any.whl") == (compiler != "cc")
