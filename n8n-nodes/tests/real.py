"""A real n8n with the packed node inside: its process, and its own interfaces to drive it."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import tarfile
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from install import Place
from ports import free_port
from running import until

PACKAGE = "n8n-nodes-tagih"
TAGIH, TRIGGER = f"{PACKAGE}.tagih", f"{PACKAGE}.tagihTrigger"
NODES = Path(__file__).parents[1]
_SOURCES = ("nodes", "credentials", "icons")
OWNER = {"email": "owner@example.com", "firstName": "Ratna", "lastName": "Dewi", "password": "Uji-n8n-12345"}
SCOPES = ("credential:", "workflow:", "execution:")
_UNUSED = (
    "mcp-registry",
    "mcp",
    "instance-ai",
    "agents",
    "insights",
    "chat-hub",
    "workflow-builder",
    "source-control",
    "instance-version-history",
)
# Nothing is asked of the world outside: each of these was seen to call out (n8n 2.41.1).
_QUIET = {
    "N8N_DIAGNOSTICS_ENABLED": "false",
    "N8N_VERSION_NOTIFICATIONS_ENABLED": "false",
    "N8N_TEMPLATES_ENABLED": "false",
    "N8N_PERSONALIZATION_ENABLED": "false",
    "N8N_HIRING_BANNER_ENABLED": "false",
    "N8N_DYNAMIC_BANNERS_ENABLED": "false",
    "N8N_VERIFIED_PACKAGES_ENABLED": "false",
    "N8N_LICENSE_AUTO_RENEW_ENABLED": "false",
    "N8N_DISABLED_MODULES": ",".join(_UNUSED),
    "N8N_UNVERIFIED_PACKAGES_ENABLED": "true",
}

Json = dict[str, Any]


def kept(place: Place) -> Path:
    """A folder for what was made of the sources and tools as they stand."""
    found = hashlib.sha256((place.root / ".ready").read_bytes())
    for path in sorted(p for part in _SOURCES for p in (NODES / part).rglob("*") if p.is_file()):
        found.update(path.relative_to(NODES).as_posix().encode() + b"\0" + path.read_bytes())
    for name in ("package.json", "README.md", "eslint.config.mjs", "package-lock.json"):
        found.update((NODES / name).read_bytes())
    folder = place.root / "made" / found.hexdigest()[:20]
    if not folder.exists():
        shutil.rmtree(folder.parent, ignore_errors=True)
        folder.mkdir(parents=True)
    return folder


def packed(place: Place) -> Path:
    """The package as npm would publish it; built once for the same sources."""
    folder = kept(place)
    if not list(folder.glob("*.tgz")):
        _npm(place, "run", "build")
        _npm(place, "pack", "--silent", "--pack-destination", str(folder))
    return next(folder.glob("*.tgz"))


def _npm(place: Place, *words: str) -> None:
    done = subprocess.run(
        ["npm", *words],
        cwd=NODES,
        env=place.environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    said = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", done.stdout)
    lines = [line for line in said.splitlines() if "Building TypeScript" not in line]
    assert done.returncode == 0, f"npm {words}:\n" + "\n".join(lines)[-3000:] + done.stderr[-2000:]


class N8n:
    """One n8n on its own folder; it may be stopped and started again."""

    def __init__(self, place: Place, folder: Path, port: int) -> None:
        self.place, self.folder, self.port = place, folder, port
        self.url = f"http://127.0.0.1:{port}"
        self.broker = free_port()
        self.log = folder / "n8n.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.api = httpx.Client(base_url=f"{self.url}/api/v1", timeout=30, trust_env=False, verify=False)
        self.plain = httpx.Client(base_url=self.url, timeout=60, trust_env=False, verify=False)
        # The editor's own interface: its cookie counts only with the browser that logged in.
        self.editor = httpx.Client(
            base_url=f"{self.url}/rest",
            timeout=30,
            trust_env=False,
            verify=False,
            headers={"browser-id": str(uuid.uuid4())},
        )

    # --- the process ----------------------------------------------------------------------------------------

    def install(self, package: Path) -> None:
        """Where n8n looks for community nodes; no node_modules inside, as after a real installation."""
        home = self.folder / ".n8n" / "nodes" / "node_modules" / PACKAGE
        shutil.rmtree(home, ignore_errors=True)
        with tarfile.open(package) as archive:
            archive.extractall(self.folder / "unpacked", filter="data")
        shutil.copytree(self.folder / "unpacked" / "package", home)

    def start(self) -> None:
        """Comes back when it answers."""
        self.launch().wait_until_ready()

    def launch(self) -> "N8n":
        env = {
            "PATH": self.place.environment["PATH"],
            "HOME": os.environ["HOME"],
            "N8N_USER_FOLDER": str(self.folder),
            "N8N_PORT": str(self.port),
            "N8N_LISTEN_ADDRESS": "127.0.0.1",
            "N8N_HOST": "127.0.0.1",
            "N8N_WEBHOOK_URL": f"{self.url}/",
            "N8N_EDITOR_BASE_URL": self.url,
            "N8N_RUNNERS_BROKER_PORT": str(self.broker),
            "N8N_ENCRYPTION_KEY": "a-key-of-the-tests-only",
            "N8N_SECURE_COOKIE": "false",
            "GENERIC_TIMEZONE": "Asia/Jakarta",
            **_QUIET,
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(self.place.node), str(self.place.n8n), "start"],
                env=env,
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # its task runner ends with it
            )
        return self

    def wait_until_ready(self) -> None:
        until(self._is_ready, within_s=120, said=self.tail)

    def _is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.tail()
        try:
            return self.plain.get("/healthz/readiness").status_code == 200
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        process, self.process = self.process, None
        if process is None or process.poll() is not None:
            return
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def close(self) -> None:
        """The end of it, at once: nobody reads its folder again, and its own farewell may take ten seconds."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        for client in (self.api, self.plain, self.editor):
            client.close()

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""

    # --- set up ---------------------------------------------------------------------------------------------

    def set_up_owner(self) -> None:
        """The first person, and a key for the public interface."""
        until(lambda: self.editor.get("/settings").status_code == 200, 60, self.tail)
        _good(self.editor.post("/owner/setup", json=OWNER))
        scopes = _good(self.editor.get("/api-keys/scopes"))["data"]
        wanted = [scope for scope in scopes if scope.startswith(SCOPES)]
        made = _good(
            self.editor.post("/api-keys", json={"label": "tests", "scopes": wanted, "expiresAt": None})
        )
        self.api.headers["X-N8N-API-KEY"] = made["data"]["rawApiKey"]

    def log_in(self) -> None:
        _good(
            self.editor.post(
                "/login", json={"emailOrLdapLoginId": OWNER["email"], "password": OWNER["password"]}
            )
        )

    # --- the public interface -------------------------------------------------------------------------------

    def credential(self, name: str, url: str, key: str) -> Json:
        """What a node refers to: id and name of a credential."""
        data = {"baseUrl": url, "apiKey": key}
        made = _good(self.api.post("/credentials", json={"name": name, "type": "tagihApi", "data": data}))
        return {"id": made["id"], "name": made["name"]}

    def workflow(self, name: str, nodes: list[Json], *, active: bool = True) -> str:
        """A workflow whose nodes follow one another, or as their `to` says."""
        body = {"name": name, "nodes": [_bare(node) for node in nodes], "connections": _wires(nodes)}
        made = _good(self.api.post("/workflows", json={**body, "settings": {"executionOrder": "v1"}}))
        if active:
            self.activate(made["id"])
        return str(made["id"])

    def activate(self, workflow: str) -> None:
        _good(self.api.post(f"/workflows/{workflow}/activate"))

    def deactivate(self, workflow: str) -> None:
        _good(self.api.post(f"/workflows/{workflow}/deactivate"))

    def kept(self, workflow: str) -> Json:
        """What our trigger keeps between its runs: the one trigger of this workflow."""
        found: Json = _good(self.api.get(f"/workflows/{workflow}"))["staticData"]
        return dict(next(iter(found.values())))

    def runs(self, workflow: str, *, status: str | None = None) -> list[Json]:
        """The runs of a workflow with their data, the newest first; a run that is running is not shown."""
        asked = {"workflowId": workflow, "includeData": "true"} | ({"status": status} if status else {})
        found: list[Json] = _good(self.api.get("/executions", params=asked))["data"]
        return found

    def ended(self, workflow: str, count: int = 1, within_s: float = 30) -> list[Json]:
        """Its runs, the oldest first, once so many have ended."""

        def over() -> list[Json]:
            return [run for run in self.runs(workflow) if run["finished"] or run["status"] == "error"]

        until(lambda: len(over()) >= count, within_s, self.tail)
        return sorted(over(), key=lambda run: int(run["id"]))

    def call(self, path: str, body: Any = None) -> httpx.Response:
        """Calls the workflow that begins with the webhook of this path."""
        answer = self.plain.post(f"/webhook/{path}", json=body or {})
        for _ in range(100):  # active is said before the road is open
            if answer.status_code != 404 or "is not registered" not in answer.text:
                break
            time.sleep(0.05)
            answer = self.plain.post(f"/webhook/{path}", json=body or {})
        return answer

    # --- the editor's interface -----------------------------------------------------------------------------

    def tried(self, credential: Json, url: str, key: str) -> Json:
        """What the button below the credential says."""
        body = {**credential, "type": "tagihApi", "data": {"baseUrl": url, "apiKey": key}}
        answer: Json = _good(self.editor.post("/credentials/test", json={"credentials": body}))["data"]
        return answer

    def drop_down(self, method: str, credential: Json, **parameters: Any) -> list[Json]:
        """What a drop-down offers."""
        found: list[Json] = self._asked("options", method, credential, parameters)
        return found

    def drop_down_refused(self, method: str, credential: Json) -> Json:
        """What the editor is told where a drop-down could not be filled."""
        answer = self._asking("options", method, credential, {})
        assert answer.status_code >= 400, answer.text
        said: Json = answer.json()
        return said

    def mapped_fields(self, method: str, credential: Json, **parameters: Any) -> list[Json]:
        """The fields of a mapper."""
        found: list[Json] = self._asked("resource-mapper-fields", method, credential, parameters)["fields"]
        return found

    def edited(self, document: Mapping[str, Any]) -> str:
        """A workflow as the editor saves it: only there is data pinned."""
        return str(_good(self.editor.post("/workflows", json=document))["data"]["id"])

    def executed(self, workflow: str, start: str) -> Json:
        """What the button below the canvas does, beginning at this node."""
        answer = self.editor.post(
            f"/workflows/{workflow}/run",
            json={"triggerToStartFrom": {"name": start}},
            headers={"push-ref": str(uuid.uuid4())},
        )
        found: Json = _good(answer)["data"]
        return found

    def _asked(self, what: str, method: str, credential: Json, parameters: Json) -> Any:
        return _good(self._asking(what, method, credential, parameters))["data"]

    def _asking(self, what: str, method: str, credential: Json, parameters: Json) -> httpx.Response:
        body = {
            "nodeTypeAndVersion": {"name": TAGIH, "version": 1},
            "path": "parameters.any",
            "methodName": method,
            "credentials": {"tagihApi": credential},
            "currentNodeParameters": parameters,
        }
        return self.editor.post(f"/dynamic-node-parameters/{what}", json=body)

    def node_types(self) -> dict[str, Json]:
        """What n8n knows of our nodes, by their full name."""
        answer = _good(self.editor.get(f"{self.url}/types/nodes.json"))
        return {node["name"]: node for node in answer if str(node["name"]).startswith(PACKAGE)}


# --- workflows ----------------------------------------------------------------------------------------------


def node(name: str, type: str, parameters: Json | None = None, **more: Any) -> Json:
    """One node; `to` names its followers, `version` its type's version."""
    version = more.pop("version", 1)
    return {
        "id": str(uuid.uuid4()),
        "name": name,
        "type": type,
        "typeVersion": version,
        "position": [0, 0],
        "parameters": parameters or {},
        **more,
    }


def door(path: str, **more: Any) -> Json:
    """A webhook that begins a workflow and answers with what its last node gave."""
    given = {"path": path, "httpMethod": "POST", "responseMode": "lastNode", **more}
    return node("Door", "n8n-nodes-base.webhook", given, version=2, webhookId=str(uuid.uuid4()))


def split(field: str) -> Json:
    """A list that came in at the door, as one item each."""
    return node("Split", "n8n-nodes-base.splitOut", {"fieldToSplitOut": field, "options": {}})


def tagih(credential: Json, name: str = "Tagih", **more: Any) -> Json:
    """Our action node; what is not a node's own key is a parameter."""
    own = {
        key: more.pop(key)
        for key in ("retryOnFail", "maxTries", "waitBetweenTries", "onError", "to")
        if key in more
    }
    return node(name, TAGIH, more, credentials={"tagihApi": credential}, **own)


def trigger(credential: Json, events: list[str], **options: Any) -> Json:
    return node(
        "Tagih Trigger",
        TRIGGER,
        {"events": events, "options": options},
        credentials={"tagihApi": credential},
        webhookId=str(uuid.uuid4()),
    )


def output(run: Json, name: str = "Tagih") -> list[Json]:
    """The items that a node gave in a run."""
    data = run["data"]["resultData"]["runData"][name][-1]["data"]["main"]
    return [item["json"] for branch in data for item in branch or []]


def error_of(run: Json) -> Json:
    found: Json = run["data"]["resultData"]["error"]
    return found


def _bare(given: Json) -> Json:
    return {key: value for key, value in given.items() if key != "to"}


def _wires(nodes: list[Json]) -> Json:
    wires: Json = {}
    for place, one in enumerate(nodes):
        following = one.get("to", [nodes[place + 1]["name"]] if place + 1 < len(nodes) else [])
        if following:
            wires[one["name"]] = {
                "main": [[{"node": name, "type": "main", "index": 0} for name in following]]
            }
    return wires


def _good(answer: httpx.Response) -> Any:
    assert answer.status_code < 300, f"{answer.request.url}: {answer.status_code} {answer.text[:1500]}"
    return answer.json() if answer.content else None
