"""The report in a real browser, wide and narrow: no label on another, nothing wider than the page. Needs chromium."""

import json
import re
import shutil
import subprocess

import pytest

from grokdd.model_against_run import compare
from grokdd.report import Findings, figure_2_derivations, to_html

LOOK = """
<script>
const labels = [...document.querySelectorAll('figure svg g[id*="-text_"]')].filter(g => g.querySelector('path, use'));
const boxes = labels.map(g => [g.id, g.getBoundingClientRect()]);
const over = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
const overlaps = [];
for (const [i, [id, box]] of boxes.entries())
  for (const [other, otherBox] of boxes.slice(i + 1)) if (over(box, otherBox)) overlaps.push([id, other]);
parent.postMessage({
  width: innerWidth, scrolls: document.documentElement.scrollWidth, labels: boxes.length, overlaps,
  smallest: Math.min(...boxes.map(([_, box]) => Math.max(box.height, box.width))),
}, '*');
</script>
"""
FRAME = """
<!DOCTYPE html><title></title>
<script>onmessage = message => { document.title = 'found:' + JSON.stringify(message.data); };</script>
<iframe src="report.html" style="border: 0; width: %dpx; height: 4000px"></iframe>
"""
"""A browser's window cannot be as narrow as a phone; a frame in it can."""
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-quic", "--hide-scrollbars", "--dump-dom"),
)


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 400])
def test_no_label_lies_on_another_in_a_browser(tmp_path, tiny_run, width):
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    assert browser, "this campaign needs chromium on the PATH"
    html = to_html(Findings(figure_2_derivations(), compare(tiny_run.path), "grokdd tour", {}))
    open_to_scripts = re.sub(r"<meta http-equiv[^>]*>", "", html)
    (tmp_path / "report.html").write_text(open_to_scripts.replace("</body>", f"{LOOK}</body>"))
    frame = tmp_path / "frame.html"
    frame.write_text(FRAME % width)
    window = ("--window-size=1600,4000", "--virtual-time-budget=10000", f"--user-data-dir={tmp_path / 'profile'}")
    command = [browser, *QUIET, *window, frame.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    found = json.loads(re.findall(r"<title>found:(.*?)</title>", done.stdout)[0])
    assert found["width"] == width
    assert found["scrolls"] <= width
    assert found["labels"] > 100
    assert found["overlaps"] == []
    assert found["smallest"] >= 6  # pixels: a lone digit can still be read
