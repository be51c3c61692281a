"""A real browser against a live server; people log in and act as they would."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from config.demo.clock import set_to
from cycles import clock
from cycles.models import ClockOffset

# Playwright keeps an event loop in this thread; the ORM is used here between its calls only.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
TABS_AT_MOST = 400


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(
        filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None
    )
    assert path, "No Chromium was found: apt-get install chromium."
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                  "--disable-background-networking", "--disable-component-update",
                  "--disable-sync"],
        )  # fmt: skip
        yield chromium
        chromium.close()


@pytest.fixture
def time_is(settings, transactional_db) -> Iterator[Callable[[datetime], None]]:
    """`time_is(instant)` moves the clock of web and test alike, as the demo does."""
    settings.DEMO = True
    yield lambda instant: set_to(instant) and None
    ClockOffset.objects.all().delete()
    clock.forget_offset()


@dataclass
class Visitor:
    """One person's browser. `by` is how they use it: "mouse", "keyboard" or "no-js"."""

    page: Page
    base: str
    by: str = "mouse"
    seen: set[str] = field(default_factory=set)

    def log_in(self, name: str) -> None:
        self.page.goto(f"{self.base}/masuk/")
        self.page.locator("main form input[name=username]:not([type=hidden])").fill(name)
        self.page.locator("main form input[name=password]:not([type=hidden])").fill("jenjang")
        self.press(self.page.locator("main .form-end button[type=submit]").first)
        expect(self.page.locator("main form input[name=password]")).to_have_count(0)

    def open(self, path: str) -> None:
        answer = self.page.goto(path if path.startswith("http") else self.base + path)
        assert answer is not None
        assert answer.status < 400, f"{path}: {answer.status}"
        self.look()

    def press(self, target: Locator) -> None:
        """Press a button or follow a link, the way this person does."""
        if self.by == "keyboard":
            self._reach(target)
            with self.page.expect_navigation():
                self.page.keyboard.press("Enter")
        else:
            target.click()
        self.page.wait_for_load_state("load")

    def _reach(self, target: Locator) -> None:
        """Tab to the element; it must be reachable without a mouse."""
        handle = target.element_handle()
        for _ in range(TABS_AT_MOST):
            if handle.evaluate("element => document.activeElement === element"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{target} cannot be reached with the Tab key")

    def fill(self, **fields: str) -> None:
        """Type into fields by name; "__" stands for a dot."""
        for name, value in fields.items():
            box = self.page.locator(f'main [name="{name.replace("__", ".")}"]').last
            if box.get_attribute("type") == "radio":
                self.choose(name, value)
            elif self.by == "keyboard":
                box.focus()
                self.page.keyboard.insert_text(value)
            else:
                box.fill(value)

    def unfold(self, name: str) -> None:
        """Open the folded part of a page that holds a field."""
        self._unfold(self.page.locator(f'main details:has([name="{name}"])').last)

    def unfold_form(self, ending: str) -> None:
        """Open the folded part of a page that holds the form of an address."""
        self._unfold(self.page.locator(f'main details:has(form[action$="{ending}"])').last)

    def _unfold(self, fold: Locator) -> None:
        if fold.get_attribute("open") is not None:
            return
        summary = fold.locator("summary").first
        if self.by == "keyboard":
            self._reach(summary)
            self.page.keyboard.press("Enter")
        else:
            summary.click()

    def choose(self, name: str, value: str) -> None:
        """Choose one of a group of radio buttons."""
        button = self.page.locator(f'main [name="{name}"][value="{value}"]')
        if self.by == "keyboard":
            button.focus()
            self.page.keyboard.press("Space")
        else:
            self.page.locator(f'main label[for="{button.get_attribute("id")}"]').first.click()
        expect(button).to_be_checked()

    def hand_in(self, action: str) -> None:
        """Press the button of an editor that hands the document in."""
        self.press(self.page.locator(f'main button[name=do][value="{action}"]').last)

    def look(self) -> None:
        """The page keeps its promises: no violation that axe finds, in light and in dark."""
        if self.by == "no-js":
            return
        shape = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "…", self.page.url.split("?")[0])
        if shape in self.seen:
            return
        self.seen.add(shape)
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            found = Axe().run(self.page)
            assert found.violations_count == 0, f"{shape}, {scheme}:\n{found.generate_report()}"
        self.page.emulate_media(color_scheme="light")


@pytest.fixture
def visitor(browser: Browser, live_server) -> Iterator[Callable[..., Visitor]]:
    """`visitor("pegawai", by="keyboard")`: that person, logged in, in a browser of their own."""
    contexts = []
    seen: set[str] = set()

    def visit(name: str = "", *, by: str = "mouse", width: int = 1280) -> Visitor:
        context = browser.new_context(
            locale="id-ID", reduced_motion="reduce", java_script_enabled=by != "no-js",
            viewport={"width": width, "height": 800},
        )  # fmt: skip
        contexts.append(context)
        context.set_default_timeout(20_000)
        page = context.new_page()
        someone = Visitor(page, live_server.url, by, seen)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text)
                if "Content Security Policy" in message.text else None)  # fmt: skip
        someone.errors = errors  # type: ignore[attr-defined]
        if name:
            someone.log_in(name)
        return someone

    yield visit
    for context in contexts:
        context.close()
