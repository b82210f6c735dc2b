"""One real n8n and one running Tagih for all tests."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
for folder in (ROOT / "tests", ROOT / "tests" / "outside"):
    sys.path.insert(0, str(folder))

from between import Relay, Server  # noqa: E402
from install import Place, installed  # noqa: E402
from ports import free_port  # noqa: E402
from real import Json, N8n, packed  # noqa: E402
from running import Home  # noqa: E402


@pytest.fixture(scope="session")
def place() -> Place:
    return installed()


@pytest.fixture(scope="session")
def n8n_port() -> int:
    return free_port()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs no n8n runs while it starts, and what waits by the clock is begun early and looked at last."""
    items.sort(key=lambda item: _ORDER.get(item.name, _ORDER.get(item.path.name, 0)))


_ORDER = {
    "test_package.py": -2,
    "test_restart.py": -1,
    "test_without_an_answer_the_run_goes_on_when_the_time_is_over": 1,
}


@pytest.fixture(scope="session", autouse=True)
def starting(
    request: pytest.FixtureRequest, n8n_port: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[N8n | None]:
    """A process that is not ready yet, where any of these tests needs one."""
    if not any("n8n" in getattr(item, "fixturenames", ()) for item in request.session.items):
        yield None
        return
    place = request.getfixturevalue("place")
    made = N8n(place, tmp_path_factory.mktemp("n8n"), n8n_port)
    made.install(packed(place))
    try:
        yield made.launch()
    finally:
        made.close()


@pytest.fixture(scope="session")
def n8n(starting: N8n, home: Home) -> N8n:
    """Asked for after Tagih, which is set up meanwhile."""
    starting.wait_until_ready()
    starting.set_up_owner()
    return starting


@pytest.fixture(scope="session")
def home(n8n_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    served = Home(
        tmp_path_factory.mktemp("tagih") / "home", TAGIH_ALLOW_PRIVATE_HOOKS=f"127.0.0.1:{n8n_port}"
    )
    served.done("setup", "--sample")
    served.serve()
    yield served
    served.stop()
    assert served.in_the_log() == []


@pytest.fixture(scope="session")
def key(home: Home) -> str:
    """The restricted key that README.md tells to make."""
    return home.done("keys", "create", "n8n", "--preset", "n8n", "--hook-host", "127.0.0.1").split()[0]


@pytest.fixture(scope="session")
def credential(n8n: N8n, home: Home, key: str) -> Json:
    return n8n.credential("Tagih", home.url, key)


@pytest.fixture
def relay(home: Home) -> Iterator[Relay]:
    made = Relay(target=home.url)
    yield made
    made.close()


@pytest.fixture
def stranger() -> Iterator[Server]:
    """Somebody else's service: a chat, a sheet, an accounting tool."""
    made = Server()
    yield made
    made.close()
