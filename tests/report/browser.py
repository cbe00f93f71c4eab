"""Debian's Chromium without a window: what a page says, asks for and breaks, and how it looks."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

CHROMIUM = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)

#: Written into a copy of the page: what axe-core finds, and whether the page is wider than the screen.
_PROBE = """<script>{axe}</script><script>
axe.run(document, {{resultTypes: ["violations"]}}).then(found => {{
  const told = found.violations.map(v =>
    [v.id, v.impact, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160))]);
  const pre = document.createElement("pre");
  pre.id = "probe";
  pre.textContent = JSON.stringify({{violations: told, passes: found.passes.length,
    wide: document.documentElement.scrollWidth, screen: window.innerWidth}});
  document.body.appendChild(pre);
}});
</script></body>"""


def axe_source() -> Path | None:
    """Return the file of axe-core that a test package brings, if it is installed."""
    found = find_spec("axe_core_python")
    places = [] if found is None else found.submodule_search_locations or []
    return next((path for place in places if (path := Path(place) / "axe.min.js").is_file()), None)


@dataclass(frozen=True)
class Opened:
    """What a browser made of a page: the page as it stands then, what it logged, addresses asked for."""

    dom: str
    log: str
    requests: list[str]

    @property
    def errors(self) -> list[str]:
        """Lines of the console, whatever their level: a report has no script that could speak."""
        return [line for line in self.log.splitlines() if "CONSOLE" in line]

    @property
    def probe(self) -> dict[str, Any]:
        """What the probe wrote."""
        found = re.search(r'<pre id="probe">(.*?)</pre>', self.dom, re.DOTALL)
        assert found, "the probe did not end"
        return dict(json.loads(html.unescape(found[1])))


def probed(page: str) -> str:
    """Return a copy of a page with axe-core in it; its rule against scripts is lifted for that."""
    source = axe_source()
    assert source is not None
    script = _PROBE.format(axe=source.read_text(encoding="utf-8").replace("</script>", "<\\/script>"))
    free = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    head, body, tail = free.rpartition("</body>")
    assert body
    return head + script + tail


def open_page(path: Path, folder: Path, width: int = 1200) -> Opened:
    """Open a file and wait until it has settled."""
    net = folder / f"net-{width}.json"
    done = run(folder, f"--window-size={width},900", f"--log-net-log={net}",
               "--net-log-capture-mode=Everything", "--virtual-time-budget=30000",
               "--dump-dom", path.as_uri())  # fmt: skip
    return Opened(done.stdout, done.stderr, requests(net))


def requests(net: Path) -> list[str]:
    """Addresses on the net that the browser asked for, its own housekeeping left out."""
    text = net.read_text(encoding="utf-8", errors="replace")
    found = set(re.findall(r'"url":"((?:https?|wss?|ftp)://[^"]+)"', text))
    own = re.compile(r"https?://[^/]*\.(google|googleapis|gvt1|gstatic)\.com")
    return sorted(url for url in found if not own.match(url))


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Chromium with a profile of its own and no way to the net."""
    assert CHROMIUM is not None
    fixed = [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--v=0",
        f"--user-data-dir={folder / 'profile'}",
    ]  # fmt: skip
    return subprocess.run(
        [CHROMIUM, *fixed, *arguments], capture_output=True, text=True, timeout=180, check=False
    )
