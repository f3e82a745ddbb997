"""Policies as files and scripts: what Windows' own tools read is what was meant."""

import re

from hypothesis import given
from hypothesis import strategies as st

from headgate.services.way_in import client_settings
from headgate.services.way_in.client_settings import RegistryValue

SERVER = "http://wsus.example.com:8530"


def _read_reg(text: str) -> dict[tuple[str, str], str | int]:
    """Read what the registry editor would: sections, REG_SZ as text or as bytes, REG_DWORD."""
    found: dict[tuple[str, str], str | int] = {}
    key = ""
    for line in text.split("\r\n"):
        if line.startswith("["):
            key = line[1:-1]
        elif match := re.fullmatch(r'"([^"]+)"=dword:([0-9a-f]{8})', line):
            found[key, match[1]] = int(match[2], 16)
        elif match := re.fullmatch(r'"([^"]+)"=hex\(1\):([0-9a-f,]+)', line):
            raw = bytes.fromhex(match[2].replace(",", ""))
            found[key, match[1]] = raw.decode("utf-16-le").removesuffix("\0")
        elif match := re.fullmatch(r'"([^"]+)"="(.*)"', line):
            found[key, match[1]] = re.sub(r"\\(.)", r"\1", match[2])
    return found


def _as_dict(values: tuple[RegistryValue, ...]) -> dict[tuple[str, str], str | int]:
    return {(value.key, value.name): value.value for value in values}


def test_computers_scan_and_report_at_the_same_address() -> None:
    values = _as_dict(client_settings.values_for(SERVER, None))
    update, automatic = client_settings.UPDATE_KEY, client_settings.AUTOMATIC_UPDATES_KEY

    assert values[update, "WUServer"] == values[update, "WUStatusServer"] == SERVER
    assert values[automatic, "UseWUServer"] == 1
    assert values[automatic, "UseUpdateClassPolicySource"] == 1
    for source in ("FeatureUpdates", "QualityUpdates", "DriverUpdates", "OtherUpdates"):
        assert values[update, f"SetPolicyDrivenUpdateSourceFor{source}"] == 1
    assert (update, "TargetGroup") not in values
    # It stops the Microsoft Store, too: whoever wants that says so.
    assert (update, "DoNotConnectToWindowsUpdateInternetLocations") not in values


def test_computers_can_be_kept_from_microsoft() -> None:
    values = _as_dict(client_settings.values_for(SERVER, None, only_here=True))

    name = "DoNotConnectToWindowsUpdateInternetLocations"
    assert values[client_settings.UPDATE_KEY, name] == 1


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=60))
def test_a_group_of_any_name_comes_through_the_registry_editor(group: str) -> None:
    values = client_settings.values_for(SERVER, group)
    written = client_settings.as_reg(values, [f"for {group}"])

    assert written.startswith("Windows Registry Editor Version 5.00\r\n\r\n")
    assert written.isascii()
    assert "\n" not in written.replace("\r\n", "")
    assert _read_reg(written) == _as_dict(values)


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=60))
def test_a_group_of_any_name_cannot_break_out_of_a_script(group: str) -> None:
    values = client_settings.values_for(SERVER, group)
    for written in (
        client_settings.as_powershell(values, [], []),
        client_settings.as_group_policy(values, [], "Headgate"),
    ):
        assert written.isascii()
        line = next(line for line in written.splitlines() if re.search(r"'TargetGroup'", line))
        quoted = re.search(r"-Value (?:'((?:[^']|'')*)'|\(-join \[char\[\]\]\(([\d,]+)\)\))", line)
        assert quoted is not None
        if quoted[1] is not None:
            assert quoted[1].replace("''", "'") == group
        else:
            codes = [int(code) for code in quoted[2].split(",")]
            raw = b"".join(code.to_bytes(2, "little") for code in codes)
            assert raw.decode("utf-16-le") == group


def test_a_script_makes_keys_before_values_and_ends_with_commands() -> None:
    values = client_settings.values_for(SERVER, None)
    lines = client_settings.as_powershell(values, ["why"], ["last"]).splitlines()

    keys = [number for number, line in enumerate(lines) if "New-Item" in line]
    first_value = next(n for n, line in enumerate(lines) if line.startswith("Set-ItemProperty"))
    assert len(keys) == 2
    assert max(keys) < first_value
    assert lines[-1] == "last"
