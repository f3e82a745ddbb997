"""The simulator as a program: it binds when it can answer, and ends well."""

import signal
import socket
import subprocess
import sys

import httpx2
import pytest

from headgate.simulator.microsoft_update import run_upstream
from headgate.simulator.microsoft_update.serving import PortTaken
from headgate.simulator.microsoft_update.weather import UnknownWeather

PROGRAM = """
from headgate.simulator.microsoft_update import run_upstream
run_upstream(port=0, world="small", on_ready=lambda address: print(address, flush=True))
print("ended", flush=True)
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_zero(how: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        address = child.stdout.readline().decode().strip()
        with httpx2.Client(trust_env=False, verify=False) as http:
            assert http.get(f"{address}/lab/ready").json() == {"world": "small", "month": 0}
        child.send_signal(how)
        assert child.stdout.read() == b"ended\n"
        assert child.wait(20) == 0


def test_a_taken_port_is_a_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken) as error:
            run_upstream(port=port)
    assert str(port) in str(error.value) and "--port" in error.value.next_step


def test_wrong_weather_is_refused_before_anything_is_served() -> None:
    with pytest.raises(UnknownWeather):
        run_upstream(port=0, weather="sunny", on_ready=lambda _: pytest.fail("was served"))
